#include "engine/transformer/kv_cache.h"

#include <cstring>

#include "engine/core/error.h"

namespace llmsys {

KvCache::KvCache(const ModelConfig& config, int64_t capacity)
    : heads_(config.numKvHeads), headDim_(config.headDim), capacity_(capacity), rows_(bytes(config, capacity), "kv-cache") {}

int64_t KvCache::bytes(const ModelConfig& config, int64_t capacity) {
    int64_t bytes = 2 * static_cast<int64_t>(sizeof(float));
    for (int64_t extent : {config.numLayers, config.numKvHeads, config.headDim, capacity}) {
        if (__builtin_mul_overflow(bytes, extent, &bytes)) {
            throw Error(LLS_SHAPE, "no cache holds " + std::to_string(capacity) + " positions of this model", "it has more bytes than 63 bits count",
                        "use a shorter context");
        }
    }
    return bytes;
}

Heads KvCache::heads(int64_t place, int64_t rows) const noexcept {
    int64_t head = capacity_ * headDim_;
    return {rows_.floats() + place * heads_ * head, 1, heads_, rows, headDim_, heads_ * head, head, headDim_};
}

void KvCache::write(int64_t layer, int64_t rows, const float* keys, const float* values, int64_t stride) noexcept {
    size_t bytes = static_cast<size_t>(headDim_) * sizeof(float);
    for (int64_t h = 0; h < heads_; h++) {
        float* toKeys = heads(2 * layer, rows).data + (h * capacity_ + length_) * headDim_;
        float* toValues = heads(2 * layer + 1, rows).data + (h * capacity_ + length_) * headDim_;
        for (int64_t t = 0; t < rows; t++) {
            std::memcpy(toKeys + t * headDim_, keys + t * stride + h * headDim_, bytes);
            std::memcpy(toValues + t * headDim_, values + t * stride + h * headDim_, bytes);
        }
    }
}

}  // namespace llmsys
