#if defined(__x86_64__)
#include "engine/activation/lanes_avx512.h"
#include "engine/normalization/normalization_lanes.inl"
#endif
