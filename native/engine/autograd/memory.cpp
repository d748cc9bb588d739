#include "engine/autograd/memory.h"

#include <algorithm>

namespace llmsys {

void Memory::release() noexcept {
    if (block_ != nullptr && --block_->holders == 0 && block_->home != nullptr) {
        MemoryBlock*& first = block_->home->waiting_.find(block_->size)->second;
        block_->next = first;
        first = block_;
    }
    block_ = nullptr;
}

Memory TapeMemory::take(int64_t floats) {
    int64_t size = std::max<int64_t>(16, (floats + 15) / 16 * 16);
    MemoryBlock*& first = waiting_[size];
    if (first != nullptr) {
        MemoryBlock* block = first;
        first = block->next;
        return Memory(block);
    }
    auto block = std::make_unique<MemoryBlock>();
    block->buffer = Buffer(size * static_cast<int64_t>(sizeof(float)), owner_);
    block->data = block->buffer.floats();
    block->size = size;
    block->home = this;
    blocks_.push_back(std::move(block));
    return Memory(blocks_.back().get());
}

Memory TapeMemory::borrow(float* data, int64_t floats) {
    auto block = std::make_unique<MemoryBlock>();
    block->data = data;
    block->size = floats;
    blocks_.push_back(std::move(block));
    return Memory(blocks_.back().get());
}

}  // namespace llmsys
