#include "engine/activation/lanes_portable.h"
#include "engine/attention/streaming_lanes.inl"
