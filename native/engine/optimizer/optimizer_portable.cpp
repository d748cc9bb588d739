#include "engine/activation/lanes_portable.h"
#include "engine/optimizer/optimizer_lanes.inl"
