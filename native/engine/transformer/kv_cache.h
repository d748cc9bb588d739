// What attention remembers of one sequence: keys and values (L,2,NKV,capacity,HS) in one piece of memory that is reserved at once.
// Rows beyond the length are written by a step and count when it commits them, so a step that is repeated changes nothing.
#pragma once

#include <cstdint>

#include "engine/core/buffer.h"
#include "engine/core/kernels.h"
#include "engine/files/model_config.h"

namespace llmsys {

class KvCache {
public:
    // Throws Error LLS_OUT_OF_MEMORY.
    KvCache(const ModelConfig& config, int64_t capacity);

    static int64_t bytes(const ModelConfig& config, int64_t capacity);

    int64_t capacity() const noexcept { return capacity_; }
    int64_t length() const noexcept { return length_; }
    void commit(int64_t rows) noexcept { length_ += rows; }
    void truncate(int64_t length) noexcept { length_ = length; }

    // (1,NKV,rows,HS) from the first row on
    Heads keys(int64_t layer, int64_t rows) const noexcept { return heads(2 * layer, rows); }
    Heads values(int64_t layer, int64_t rows) const noexcept { return heads(2 * layer + 1, rows); }

    // Copies rows behind the length: keys and values (rows, NKV * HS), `stride` apart.
    void write(int64_t layer, int64_t rows, const float* keys, const float* values, int64_t stride) noexcept;

private:
    Heads heads(int64_t place, int64_t rows) const noexcept;

    int64_t heads_;
    int64_t headDim_;
    int64_t capacity_;
    int64_t length_ = 0;
    Buffer rows_;
};

}  // namespace llmsys
