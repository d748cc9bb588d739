// One forward pass through a decoder: the places of its rows, and each phase in turn.
#pragma once

#include "engine/transformer/decoder.h"

namespace llmsys {

class DecoderPass {
public:
    DecoderPass(const Decoder& decoder, const SequencePart* parts, int64_t count, Outputs outputs, const StepKernels& kernels, StepMemory& space,
                Workers& workers,
                Trace* trace);

    void run(float* logits);

private:
    void embed();
    void block(int64_t layer);
    void attend(int64_t layer, bool lastOnly);
    void attendOne(int64_t layer, const SequencePart& part, float* queries, float* found, int64_t queryRows);
    void rotate();
    void network(const BlockWeights& weights);
    void gate();
    // Keeps each sequence's last row of stream and queries: nothing asks for the others any more.
    void keepLastRows();
    void normalize(const NormWeights& norm, const std::string& place);
    void multiply(const float* from, int64_t in, int64_t fromStride, const LinearWeights& weights, float* to);
    void add();
    std::string place(const char* name) const { return block_ + name; }

    const Decoder& decoder_;
    const ModelConfig& config_;
    const SequencePart* parts_;
    int64_t count_;
    bool last_;
    const StepKernels& kernels_;
    StepMemory& space_;
    Workers& workers_;
    Trace* trace_;
    int64_t rows_ = 0;                     // of the stream; one a sequence when only the last rows are left
    std::string block_;                    // "blocks.3."
};

}  // namespace llmsys
