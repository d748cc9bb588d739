#if defined(__x86_64__)
#include "engine/activation/lanes_avx2.h"
#include "engine/position/position_lanes.inl"
#endif
