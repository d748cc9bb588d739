// The weights of a model that learns, with their gradients and the optimizer's two moments: four arrays of one layout, so that a step walks over
// each once.
//
//   [matrices and tables, which decay | vectors, which do not]      every tensor begins at a multiple of 16; what fills up stays 0
#pragma once

#include <string>
#include <vector>

#include "engine/core/buffer.h"
#include "engine/core/workers.h"
#include "engine/transformer/weight_names.h"

namespace llmsys {

class Parameters {
public:
    // As GPT-2 begins: normal with deviation 0.02, divided by sqrt(2 L) where a block adds to the stream; norms 1, biases 0. Every weight's draws
    // are a
    // function of seed and name.
    Parameters(const ModelConfig& config, uint64_t seed);

    struct Part {
        std::string name;
        std::vector<int64_t> extents;
        int64_t begin;
        int64_t size;
    };
    const std::vector<Part>& parts() const noexcept { return parts_; }
    float* weight(const Part& part) const noexcept { return weights_.floats() + part.begin; }
    float* gradient(const Part& part) const noexcept { return gradients_.floats() + part.begin; }

    // The Euclidean length of all gradients, added up in double in pieces of fixed size, whatever the number of threads.
    double gradientNorm(Workers& workers) const;
    // gradients *= by
    void shorten(float by, Workers& workers) const;
    // One step of the serving optimizer "adamw"; decay for matrices only.
    void update(const lls_optimizer_step& step, Workers& workers) const;

private:
    std::vector<Part> parts_;
    int64_t decaying_ = 0;      // elements that decay
    int64_t size_ = 0;
    Buffer weights_, gradients_, mean_, square_;
};

}  // namespace llmsys
