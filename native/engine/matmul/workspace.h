// Memory for packing, kept from call to call: the system takes as long to give fresh pages as a product of 512 x 512 takes to compute.
//
// What a call uses counts as "matmul scratch" and against the limit of lls_memory_limit. What is kept between calls counts as nobody's: at most KEPT
// blocks, no more than the limit leaves room for, given back by lls_shutdown.
#pragma once

#include <cstdint>

namespace llmsys {

class Workspace {
public:
    // Aligned to 64 bytes, not zeroed. Throws Error LLS_OUT_OF_MEMORY.
    explicit Workspace(int64_t bytes);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    void* data() const noexcept { return data_; }
    float* floats() const noexcept { return static_cast<float*>(data_); }

    static constexpr int KEPT = 8;
    static constexpr int64_t LARGEST_KEPT = int64_t{16} << 20;

private:
    static constexpr int64_t ON_STACK = 4096;   // what a decoding step packs: neither a lock nor the books are asked for it

    void* data_;
    int64_t bytes_;                             // of the block, 0 for none
    alignas(64) char near_[ON_STACK];
};

}  // namespace llmsys
