#include "engine/activation/lanes_portable.h"
#include "engine/loss/loss_lanes.inl"
