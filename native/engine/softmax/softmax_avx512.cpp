#if defined(__x86_64__)
#include "engine/activation/lanes_avx512.h"
#include "engine/softmax/softmax_lanes.inl"
#endif
