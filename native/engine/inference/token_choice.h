// From a sequence's logits to its next token.
//
//   id = sampler(top-p(top-k(temperature(logits))), draw)          the draw is a function of seed and position
#pragma once

#include <cstdint>

#include "llmsys.h"

namespace llmsys {

// filtered (V): a copy of the logits, changed. position: tokens before the one that is chosen, the prompt's included.
// Throws Error LLS_NUMERIC when the sampler picks what it may not.
int32_t chooseToken(float* filtered, int64_t v, const lls_generation_options& options, int64_t position);

}  // namespace llmsys
