// The numbers of one AdamW step that are the same for all weights.
//
//   filled = 1 - beta^step: the share of a mean that has been filled since it began at 0; step 0 leaves the means uncorrected
#pragma once

#include <cmath>

#include "llmsys.h"

namespace llmsys {

struct AdamRule {
    explicit AdamRule(const lls_optimizer_step& step)
        : filled1(step.step == 0 ? 1 : 1 - std::pow(step.beta1, static_cast<double>(step.step))),
          filled2(step.step == 0 ? 1 : 1 - std::pow(step.beta2, static_cast<double>(step.step))),
          keep(1 - step.learning_rate * step.weight_decay) {}

    double filled1;
    double filled2;
    double keep;        // of a weight, after its decay
};

}  // namespace llmsys
