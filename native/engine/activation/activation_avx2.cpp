#if defined(__x86_64__)
#include "engine/activation/lanes_avx2.h"
#include "engine/activation/activation_lanes.inl"
#endif
