// The implementations that one step computes with: a snapshot, so that a choice made while it computes takes effect at the next.
#pragma once

#include <memory>

#include "engine/core/kernels.h"
#include "engine/files/model_config.h"

namespace llmsys {

struct StepKernels {
    // Throws Error LLS_NOT_FOUND when nothing computes what the model needs.
    explicit StepKernels(const ModelConfig& config);

    std::shared_ptr<const MatmulKernel> matmul;
    std::shared_ptr<const Normalization> norm;
    std::shared_ptr<const Position> position;        // null for learned positions and biases by distance
    std::shared_ptr<const Attention> attention;
    std::shared_ptr<const Embedding> embedding;
    std::shared_ptr<const Activation> activation;
    std::shared_ptr<const Elementwise> elementwise;
};

}  // namespace llmsys
