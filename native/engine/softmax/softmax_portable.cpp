#include "engine/activation/lanes_portable.h"
#include "engine/softmax/softmax_lanes.inl"
