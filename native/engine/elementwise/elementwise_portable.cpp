#include "engine/activation/lanes_portable.h"
#include "engine/elementwise/elementwise_lanes.inl"
