#if defined(__x86_64__)
#include "engine/activation/lanes_avx512.h"
#include "engine/elementwise/elementwise_lanes.inl"
#endif
