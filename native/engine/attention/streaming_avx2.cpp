#if defined(__x86_64__)
#include "engine/activation/lanes_avx2.h"
#include "engine/attention/streaming_lanes.inl"
#endif
