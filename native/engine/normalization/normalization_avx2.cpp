#if defined(__x86_64__)
#include "engine/activation/lanes_avx2.h"
#include "engine/normalization/normalization_lanes.inl"
#endif
