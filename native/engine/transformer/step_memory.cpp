#include "engine/transformer/step_memory.h"

#include <algorithm>

namespace llmsys {

namespace {

Buffer floats(int64_t rows, int64_t columns) { return Buffer(rows * columns * 4, "workspace"); }

}  // namespace

void StepMemory::require(int64_t rows, int64_t outputs) {
    if (rows > rows_) {
        int64_t room = std::max(rows, std::min<int64_t>(2 * rows_, 512));        // grows in a few steps
        int64_t c = config_.embeddingDim;
        Buffer x = floats(room, c);
        Buffer normalized = floats(room, c);
        Buffer qkv = floats(room, config_.qkvWidth());
        Buffer heads = floats(room, config_.headsWidth());
        Buffer hidden = floats(room, config_.hiddenDim * (config_.gated ? 2 : 1));
        Buffer found = floats(room, c);
        Buffer saved = floats(room, 2);
        Buffer positions = floats(room, 1);
        Buffer ids = floats(room, 1);
        x_ = std::move(x);
        normalized_ = std::move(normalized);
        qkv_ = std::move(qkv);
        heads_ = std::move(heads);
        hidden_ = std::move(hidden);
        found_ = std::move(found);
        saved_ = std::move(saved);
        positions_ = std::move(positions);
        ids_ = std::move(ids);
        rows_ = room;
    }
    if (outputs > outputs_) {
        logits_ = floats(outputs, config_.vocabSize);
        outputs_ = outputs;
    }
}

void StepMemory::release() noexcept {
    for (Buffer* each : {&x_, &normalized_, &qkv_, &heads_, &hidden_, &found_, &saved_, &positions_, &ids_, &logits_}) {
        *each = Buffer();
    }
    rows_ = outputs_ = 0;
}

}  // namespace llmsys
