#include "engine/activation/lanes_portable.h"
#include "engine/position/position_lanes.inl"
