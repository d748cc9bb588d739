#include "engine/matmul/workspace.h"

#include <cstdlib>
#include <mutex>
#include <string>

#include "engine/core/error.h"
#include "engine/core/lasting.h"
#include "engine/tensor/large_pages.h"

namespace llmsys {

namespace {

struct Block {
    void* data = nullptr;
    int64_t bytes = 0;
};

struct Kept {
    std::mutex mutex;
    Block blocks[Workspace::KEPT];

    ~Kept() {
        for (Block& block : blocks) {
            std::free(block.data);
        }
    }
};

// Not destroyed with the process: a call may run while it ends.
Kept& kept() {
    static Kept* only = lasting(new Kept());
    return *only;
}

void* fresh(int64_t bytes) {
    void* data = std::aligned_alloc(static_cast<size_t>(LARGE_PAGE), static_cast<size_t>(bytes));
    if (data == nullptr) {
        throw Error(LLS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes of matmul scratch", "the system gives no more",
                    "close what is not needed, or use a smaller model or batch");
    }
    preferLargePages(data, bytes);
    return data;
}

}  // namespace

Workspace::Workspace(int64_t bytes) : data_(nullptr), bytes_((bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE) {
    if (bytes_ == 0) {
        return;
    }
    {
        std::lock_guard<std::mutex> lock(kept().mutex);
        for (Block& block : kept().blocks) {
            if (block.bytes >= bytes_) {
                data_ = block.data;
                bytes_ = block.bytes;
                block = Block{};
                return;
            }
        }
    }
    data_ = fresh(bytes_);
}

Workspace::~Workspace() {
    if (data_ == nullptr) {
        return;
    }
    void* least = data_;                                              // the smallest goes when there is no place
    if (bytes_ <= LARGEST_KEPT) {
        std::lock_guard<std::mutex> lock(kept().mutex);
        Block* place = &kept().blocks[0];
        for (Block& block : kept().blocks) {
            if (block.bytes < place->bytes) {
                place = &block;
            }
        }
        if (place->bytes < bytes_) {
            least = place->data;
            *place = Block{data_, bytes_};
        }
    }
    std::free(least);
}

}  // namespace llmsys
