#include "engine/matmul/workspace.h"

#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "engine/core/error.h"
#include "engine/core/lasting.h"
#include "engine/tensor/large_pages.h"

namespace llmsys {

namespace {

constexpr const char* OWNER = "matmul scratch";

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

    // The first that is large enough; an empty one when there is none.
    Block take(int64_t bytes) {
        std::lock_guard<std::mutex> lock(mutex);
        for (Block& block : blocks) {
            if (block.bytes >= bytes) {
                return std::exchange(block, Block{});
            }
        }
        return {};
    }

    // What goes for it: the smallest, or the block itself.
    Block keep(Block block) {
        std::lock_guard<std::mutex> lock(mutex);
        Block* place = &blocks[0];
        for (Block& each : blocks) {
            if (each.bytes < place->bytes) {
                place = &each;
            }
        }
        return place->bytes < block.bytes ? std::exchange(*place, block) : block;
    }

    int64_t bytes() {
        std::lock_guard<std::mutex> lock(mutex);
        int64_t all = 0;
        for (const Block& block : blocks) {
            all += block.bytes;
        }
        return all;
    }
};

// Not destroyed with the process: a call may run while it ends.
Kept& kept() {
    static Lasting<Kept> only;
    return only.get([] { return new Kept(); });
}

[[noreturn]] void refuse(int64_t bytes, const char* why) {
    throw Error(LLS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes of " + OWNER, why,
                "close what is not needed, raise the limit, or use a smaller model or batch");
}

void* fresh(int64_t bytes) {
    void* data = std::aligned_alloc(static_cast<size_t>(LARGE_PAGE), static_cast<size_t>(bytes));
    if (data != nullptr) {
        preferLargePages(data, bytes);
    }
    return data;
}

bool withinLimit(int64_t more) {
    lls_memory_stats stats;
    return lls_memory_total(&stats) == LLS_OK && (stats.limit_bytes == 0 || stats.live_bytes + kept().bytes() + more <= stats.limit_bytes);
}

}  // namespace

Workspace::Workspace(int64_t bytes) : data_(near_), bytes_(0) {
    if (bytes <= ON_STACK) {
        return;
    }
    if (bytes > INT64_MAX - LARGE_PAGE) {
        refuse(bytes, "no such size can be allocated");
    }
    int64_t rounded = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    Block block = kept().take(rounded);
    int64_t counted = block.data == nullptr ? rounded : block.bytes;
    if (lls_memory_reserve(counted, OWNER) != LLS_OK) {
        std::free(block.data);
        refuse(bytes, "the limit that was set gives no more");
    }
    if (block.data == nullptr) {
        block = {fresh(rounded), rounded};
        if (block.data == nullptr) {
            lls_memory_release(counted, OWNER);
            refuse(bytes, "the system gives no more");
        }
    }
    data_ = block.data;
    bytes_ = block.bytes;
}

Workspace::~Workspace() {
    if (bytes_ == 0) {
        return;
    }
    lls_memory_release(bytes_, OWNER);
    Block gone{data_, bytes_};
    if (bytes_ <= LARGEST_KEPT && withinLimit(bytes_)) {
        gone = kept().keep(gone);
    }
    std::free(gone.data);
}

}  // namespace llmsys
