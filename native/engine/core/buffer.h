// Memory of the engine's tensors: aligned to 64 bytes, counted by owner, from the one allocator of the library (lls_allocate).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "llmsys.h"

namespace llmsys {

class Buffer {
public:
    Buffer() = default;
    // owner: who is asked when memory does not come back; a text that lives on. Throws Error LLS_OUT_OF_MEMORY.
    Buffer(int64_t bytes, const char* owner);
    ~Buffer() { release(); }
    Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Buffer& operator=(Buffer&& other) noexcept {
        if (this != &other) {
            release();
            data_ = std::exchange(other.data_, nullptr);
            bytes_ = std::exchange(other.bytes_, 0);
        }
        return *this;
    }

    void* data() const noexcept { return data_; }
    float* floats() const noexcept { return static_cast<float*>(data_); }
    int64_t bytes() const noexcept { return bytes_; }

private:
    void release() noexcept;

    void* data_ = nullptr;
    int64_t bytes_ = 0;
};

}  // namespace llmsys
