// A decoder of the GPT-2 and Llama families: from ids to the logits of what comes next.
//
//   x = table[ids] (+ positions)                                      (R,C)
//   x = x + o(attention(rotate(qkv(norm(x)))))                        each block, over the cache of each sequence
//   x = x + down(f(up(norm(x))))                                      gated: down(f(gate y) * up y)
//   logits = norm(x) table^T                                          (outputs,V)
//
// One step computes rows of several sequences together, so the weights are read once for all of them; every row comes out as if it were alone.
// Sources: Radford et al. 2019 (GPT-2), Touvron et al. 2023, arXiv 2302.13971 (Llama).
#pragma once

#include <memory>
#include <vector>

#include "engine/core/workers.h"
#include "engine/transformer/decoder_weights.h"
#include "engine/transformer/kv_cache.h"
#include "engine/transformer/step_kernels.h"
#include "engine/transformer/trace.h"
#include "engine/transformer/step_memory.h"

namespace llmsys {

// One sequence's rows of a step. They stand behind the cache's length, which the caller moves when the step counts.
struct SequencePart {
    KvCache* cache;
    const int32_t* ids;
    int64_t rows;
};

enum class Outputs { LAST, ALL };      // logits of each sequence's last row, or of all rows

class Decoder {
public:
    Decoder(ModelConfig config, DecoderWeights weights);

    const ModelConfig& config() const noexcept { return config_; }
    const DecoderWeights& weights() const noexcept { return weights_; }

    // Ids must be in the vocabulary, rows must fit the caches. logits (outputs,V); trace: one sequence and all its outputs, or null.
    void forward(const SequencePart* parts, int64_t count, Outputs outputs, const StepKernels& kernels, StepMemory& space, Workers& workers,
                 float* logits,
                 Trace* trace = nullptr) const;

private:
    friend class DecoderPass;
    ModelConfig config_;
    DecoderWeights weights_;
    std::vector<double> frequencies_;      // (HS/2) of rotary positions
    std::vector<float> slopes_;            // (NH) of biases by distance
};

}  // namespace llmsys
