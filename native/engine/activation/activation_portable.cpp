#include "engine/activation/lanes_portable.h"
#include "engine/activation/activation_lanes.inl"
