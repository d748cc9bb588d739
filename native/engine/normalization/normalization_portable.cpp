#include "engine/activation/lanes_portable.h"
#include "engine/normalization/normalization_lanes.inl"
