#include "engine/transformer/step_kernels.h"

#include "engine/core/registry.h"

namespace llmsys {

StepKernels::StepKernels(const ModelConfig& config)
    : matmul(serving<MatmulKernel>("matmul", "matmul")),
      norm(serving<Normalization>("normalization", config.normalization.c_str())),
      attention(serving<Attention>("attention", "scaled-dot-product")),
      embedding(serving<Embedding>("embedding", "lookup")),
      activation(serving<Activation>("activation", config.activation.c_str())),
      elementwise(serving<Elementwise>("elementwise", "elementwise")) {
    if (config.position == "rope" || config.position == "sinusoidal") {
        position = serving<Position>("position", config.position.c_str());
    }
}

}  // namespace llmsys
