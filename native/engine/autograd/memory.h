// Memory of a tape's tensors, kept for the next step: what a step gives back the next one takes, so that only the first step allocates. Equal sizes
// are served last in, first out, which finds them still in the caches.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/core/buffer.h"

namespace llmsys {

class TapeMemory;

// One piece and how many hold it.
struct MemoryBlock {
    float* data = nullptr;
    int64_t size = 0;                 // floats
    int holders = 0;
    TapeMemory* home = nullptr;       // null: the memory is another's
    MemoryBlock* next = nullptr;      // of those that wait for their next use
    Buffer buffer;
};

// A share in a piece. Who writes asks `alone` first.
class Memory {
public:
    Memory() = default;
    explicit Memory(MemoryBlock* block) noexcept : block_(block) { block_->holders++; }
    Memory(const Memory& other) noexcept : block_(other.block_) {
        if (block_ != nullptr) {
            block_->holders++;
        }
    }
    Memory(Memory&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Memory& operator=(Memory other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Memory() { release(); }

    float* floats() const noexcept { return block_ == nullptr ? nullptr : block_->data; }
    bool empty() const noexcept { return block_ == nullptr; }
    bool alone() const noexcept { return block_->holders == 1; }
    bool borrowed() const noexcept { return block_->home == nullptr; }

private:
    void release() noexcept;

    MemoryBlock* block_ = nullptr;
};

// For one thread at a time. Must outlive its pieces.
class TapeMemory {
public:
    explicit TapeMemory(const char* owner) : owner_(owner) {}
    TapeMemory(const TapeMemory&) = delete;

    // Not zeroed, aligned to 64 bytes. Throws Error LLS_OUT_OF_MEMORY.
    Memory take(int64_t floats);
    // Memory of somebody who keeps it longer than this.
    Memory borrow(float* data, int64_t floats);

private:
    friend class Memory;
    const char* owner_;
    std::vector<std::unique_ptr<MemoryBlock>> blocks_;
    std::unordered_map<int64_t, MemoryBlock*> waiting_;     // by size
};

}  // namespace llmsys
