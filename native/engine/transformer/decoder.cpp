#include "engine/transformer/decoder.h"

#include <cmath>

#include "engine/transformer/decoder_pass.h"

namespace llmsys {

namespace {

// Of biases by distance (Press et al. 2022, ALiBi): 2^(-8 (h+1) / N), N the power of two up to NH; behind them every second of those of 2N heads.
std::vector<float> slopesOf(int64_t heads) {
    int64_t power = 1;
    while (2 * power <= heads) {
        power *= 2;
    }
    std::vector<float> slopes(static_cast<size_t>(heads));
    for (int64_t h = 0; h < heads; h++) {
        double place = h < power ? static_cast<double>(h + 1) : static_cast<double>(2 * (h - power) + 1) / 2;
        slopes[static_cast<size_t>(h)] = static_cast<float>(std::pow(2.0, -8.0 * place / static_cast<double>(power)));
    }
    return slopes;
}

}  // namespace

Decoder::Decoder(ModelConfig config, DecoderWeights weights) : config_(std::move(config)), weights_(std::move(weights)) {
    if (config_.position == "rope") {
        frequencies_ = config_.scaling.frequencies(config_.headDim, config_.ropeTheta);
    } else if (config_.position == "alibi") {
        slopes_ = slopesOf(config_.numHeads);
    }
}

void Decoder::forward(const SequencePart* parts, int64_t count, Outputs outputs, const StepKernels& kernels, StepMemory& space, Workers& workers,
                      float* logits,
                      Trace* trace) const {
    DecoderPass(*this, parts, count, outputs, kernels, space, workers, trace).run(logits);
}

}  // namespace llmsys
