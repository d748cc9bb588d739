#include "engine/inference/batch.h"

#include <algorithm>

#include "engine/core/registry.h"
#include "engine/core/surface.h"
#include "engine/inference/log_probabilities.h"

namespace llmsys {

namespace {

class Batch {
public:
    Batch(const Model& model, int64_t batch, int64_t capacity) : model_(model), space_(model.config()), v_(model.config().vocabSize) {
        caches_.reserve(static_cast<size_t>(batch));
        for (int64_t b = 0; b < batch; b++) {
            caches_.emplace_back(model.config(), capacity);
        }
        logits_ = Buffer(batch * v_ * 4, "session");
    }

    // Reads `count` ids of each sequence, `stride` apart; as many sequences at a time as a step holds.
    void read(const int32_t* ids, int64_t stride, int64_t count) {
        int64_t batch = static_cast<int64_t>(caches_.size());
        int64_t together = std::max<int64_t>(1, SharedSteps::MOST_ROWS / count);
        for (int64_t first = 0; first < batch; first += together) {
            int64_t sequences = std::min(together, batch - first);
            for (int64_t from = 0; from < count; from += SharedSteps::MOST_ROWS) {
                step(ids + first * stride + from, stride, first, sequences, std::min(SharedSteps::MOST_ROWS, count - from));
            }
        }
    }

    void choose(int32_t* next, int64_t stride) const {
        auto sampler = serving<Sampler>("sampler", "greedy");
        sharedWorkers()->run(static_cast<int64_t>(caches_.size()), [&](int64_t b) {
            const float* row = logits_.floats() + b * v_;
            if (!allFinite(row, v_)) {
                throw Error(LLS_NUMERIC, "the logits of sequence " + std::to_string(b) + " hold NaN or infinity",
                            "an implementation or a weight gave no number",
                            "choose other implementations with lls_use, or another model");
            }
            next[b * stride] = sampler->pick(row, v_, 0);
        });
    }

private:
    void step(const int32_t* ids, int64_t stride, int64_t first, int64_t sequences, int64_t rows) {
        parts_.clear();
        for (int64_t b = 0; b < sequences; b++) {
            parts_.push_back({&caches_[static_cast<size_t>(first + b)], ids + b * stride, rows});
        }
        StepKernels kernels(model_.config());
        model_.decoder.forward(parts_.data(), sequences, Outputs::LAST, kernels, space_, *sharedWorkers(), logits_.floats() + first * v_);
        for (SequencePart& part : parts_) {
            part.cache->commit(rows);
        }
    }

    const Model& model_;
    StepMemory space_;
    int64_t v_;
    std::vector<KvCache> caches_;
    std::vector<SequencePart> parts_;
    Buffer logits_;
};

}  // namespace

void generateBatch(const Model& model, const int32_t* ids, int64_t batch, int64_t count, int64_t tokens, int32_t* written) {
    Batch sequences(model, batch, count + tokens);
    sequences.read(ids, count, count);
    for (int64_t t = 0; t < tokens; t++) {
        sequences.choose(written + t, tokens);
        if (t + 1 < tokens) {
            sequences.read(written + t, tokens, 1);
        }
    }
}

}  // namespace llmsys

using namespace llmsys;

extern "C" lls_status lls_generate_batch(lls_handle model, const int32_t* ids, int64_t batch, int64_t count, int32_t tokens, int32_t* written) {
    return guarded([&] {
        std::shared_ptr<Model> over = models().get(model);
        requireNotNull(ids, "lls_generate_batch", "ids");
        requireNotNull(written, "lls_generate_batch", "written");
        int64_t context = over->config().contextLength;
        if (batch < 1 || batch > 65536 || count < 1 || tokens < 0 || count > context - tokens) {
            throw Error(LLS_INVALID, "lls_generate_batch got " + std::to_string(batch) + " sequences of " + std::to_string(count) + " ids, and "
                                         + std::to_string(tokens) + " tokens to write",
                        "it takes 1 to 65536 sequences, and the context holds " + std::to_string(context), "use fewer or shorter ones");
        }
        over->requireIds(ids, batch * count, "lls_generate_batch");
        generateBatch(*over, ids, batch, count, tokens, written);
    });
}
