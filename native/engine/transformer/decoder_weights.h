// The weights of a decoder as its steps read them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/core/buffer.h"
#include "engine/files/model_file.h"
#include "engine/tensor/weight_matrix.h"

namespace llmsys {

struct LinearWeights {
    std::unique_ptr<WeightMatrix> matrix;   // (out,in)
    Buffer bias;                            // (out) or empty

    const float* biasOrNull() const noexcept { return bias.floats(); }
    int64_t bytes() const noexcept { return matrix->bytes() + bias.bytes(); }
};

struct NormWeights {
    Buffer gamma;                           // (C)
    Buffer beta;                            // (C) or empty
};

struct BlockWeights {
    NormWeights norm1;
    LinearWeights qkv;                      // ((NH + 2 NKV) HS, C): queries, keys, values one below the other
    LinearWeights o;                        // (C, NH HS)
    NormWeights norm2;
    LinearWeights up;                       // (F, C), gated (2F, C): gate above up
    LinearWeights down;                     // (C, F)
};

struct DecoderWeights {
    std::unique_ptr<WeightMatrix> table;    // (V,C)
    Buffer positions;                       // (contextLength, C) or empty
    std::vector<BlockWeights> blocks;
    NormWeights finalNorm;
    std::unique_ptr<WeightMatrix> output;   // (V,C), null when tied: the table then

    const WeightMatrix& head() const noexcept { return output ? *output : *table; }
    int64_t bytes() const noexcept;
};

// Throws Error LLS_FILE that lists every tensor which does not fit. The file may go afterwards.
DecoderWeights readWeights(const ModelFile& file, std::optional<lls_dtype> type);

int64_t parameterCount(const ModelConfig& config);

// Uniform numbers around 0, norms of 1: a model of this shape for measuring. Equal seeds give equal weights.
DecoderWeights randomWeights(const ModelConfig& config, std::optional<lls_dtype> type, uint64_t seed);

}  // namespace llmsys
