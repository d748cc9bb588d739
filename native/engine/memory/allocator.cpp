// The allocator where there is no Rust: the same functions as native/memory/src/allocator.rs, plain.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/core/handles.h"
#include "engine/core/lasting.h"
#include "engine/core/surface.h"

namespace llmsys {

namespace {

constexpr size_t ALIGNMENT = 64;
constexpr size_t LONGEST_OWNER = 63;

int64_t rounded(int64_t bytes) { return std::max<int64_t>(1, (bytes + 63) / 64) * 64; }

// Where addresses have 32 bits, as in WebAssembly, a size may have more.
bool addressable(int64_t bytes) { return static_cast<int64_t>(static_cast<size_t>(bytes)) == bytes; }

struct Memory {
    struct Block {
        int64_t bytes;
        const std::string* owner;
    };

    std::mutex mutex;
    std::unordered_map<void*, Block> blocks;
    std::map<std::string, lls_memory_stats> owners;
    std::map<std::string, int64_t> reserved;              // of an owner's live bytes, those that are memory from elsewhere
    lls_memory_stats total{};
    int64_t failAt = 0;

    void* allocate(int64_t bytes, const char* owner) {
        std::string name = named(owner);
        std::lock_guard<std::mutex> lock(mutex);
        check("lls_allocate", bytes, name);
        void* memory = addressable(rounded(bytes)) ? std::aligned_alloc(ALIGNMENT, static_cast<size_t>(rounded(bytes))) : nullptr;
        if (memory == nullptr) {
            throw Error(LLS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes of " + name, "the system gives no more",
                        "close what is not needed, or use a smaller model");
        }
        try {
            auto mine = owners.emplace(name, lls_memory_stats{}).first;
            blocks.emplace(memory, Block{bytes, &mine->first});
            count(mine->second, bytes);
            count(total, bytes);
        } catch (...) {
            std::free(memory);
            throw;
        }
        return memory;
    }

    void reserve(int64_t bytes, const char* owner) {
        std::string name = named(owner);
        std::lock_guard<std::mutex> lock(mutex);
        check("lls_memory_reserve", bytes, name);
        int64_t& mine = reserved[name];
        count(owners[name], bytes);
        mine += bytes;
        count(total, bytes);
    }

    void release(int64_t bytes, const char* owner) {
        std::string name = named(owner);
        std::lock_guard<std::mutex> lock(mutex);
        auto found = reserved.find(name);
        int64_t there = found == reserved.end() ? 0 : found->second;
        if (found == reserved.end() || bytes < 0 || bytes > there) {
            throw Error(LLS_INVALID, "lls_memory_release got " + std::to_string(bytes) + " bytes of " + name,
                        "it has reserved " + std::to_string(there), "release what lls_memory_reserve took, once, with the same owner");
        }
        found->second -= bytes;
        countOff(owners.at(name), bytes);
    }

    void free(void* memory) {
        std::lock_guard<std::mutex> lock(mutex);
        auto found = blocks.find(memory);
        if (found == blocks.end()) {
            throw Error(LLS_INVALID, "lls_free got an address that is not in use", "it was not allocated here, or was freed before",
                        "free each block once");
        }
        countOff(owners.at(*found->second.owner), found->second.bytes);
        blocks.erase(found);
        std::free(memory);
    }

private:
    static std::string named(const char* owner) { return owner == nullptr ? "" : std::string(owner).substr(0, LONGEST_OWNER); }

    // Throws when there is no such size, a test asked for a failure, or the limit would be passed.
    void check(const char* function, int64_t bytes, const std::string& name) {
        if (bytes < 0 || bytes > INT64_MAX - 64) {
            throw Error(LLS_INVALID, std::string(function) + " got " + std::to_string(bytes) + " bytes", "no memory has that size",
                        "pass a size from 0 on");
        }
        if (failAt > 0 && --failAt == 0) {
            throw Error(LLS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes of " + name, "a test asked for this failure", "none");
        }
        if (total.limit_bytes > 0 && bytes > total.limit_bytes - total.live_bytes) {
            throw Error(LLS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes of " + name,
                        std::to_string(total.live_bytes) + " of at most " + std::to_string(total.limit_bytes) + " bytes are in use",
                        "close what is not needed, or raise the limit with lls_memory_limit");
        }
    }

    void countOff(lls_memory_stats& mine, int64_t bytes) {
        for (lls_memory_stats* stats : {&mine, &total}) {
            stats->live_bytes -= bytes;
            stats->frees++;
        }
    }

    static void count(lls_memory_stats& stats, int64_t bytes) {
        stats.live_bytes += bytes;
        stats.peak_bytes = std::max(stats.peak_bytes, stats.live_bytes);
        stats.allocations++;
    }
};

Memory& all() {
    static Memory* only = new Memory();
    return *only;
}

struct Arena {
    char* begin = nullptr;
    int64_t capacity = 0;
    int64_t used = 0;
    ~Arena() {
        if (begin != nullptr) {
            lls_free(begin);
        }
    }
};

Handles<Arena>& arenas() {
    static Lasting<Handles<Arena>> only;
    return only.get([] { return new Handles<Arena>("arena"); });
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_allocate(int64_t bytes, const char* owner, void** memory) {
    return guarded([&] {
        requireNotNull(memory, "lls_allocate", "memory");
        *memory = all().allocate(bytes, owner);
    });
}

lls_status lls_free(void* memory) {
    return guarded([&] {
        if (memory != nullptr) {
            all().free(memory);
        }
    });
}

lls_status lls_memory_total(lls_memory_stats* stats) {
    return guarded([&] {
        requireNotNull(stats, "lls_memory_total", "stats");
        std::lock_guard<std::mutex> lock(all().mutex);
        *stats = all().total;
    });
}

lls_status lls_memory_owners(int32_t* count) {
    return guarded([&] {
        requireNotNull(count, "lls_memory_owners", "count");
        std::lock_guard<std::mutex> lock(all().mutex);
        *count = static_cast<int32_t>(all().owners.size());
    });
}

lls_status lls_memory_owner(int32_t index, char* owner, int32_t capacity, lls_memory_stats* stats) {
    return guarded([&] {
        requireNotNull(owner, "lls_memory_owner", "owner");
        requireNotNull(stats, "lls_memory_owner", "stats");
        std::lock_guard<std::mutex> lock(all().mutex);
        if (index < 0 || index >= static_cast<int32_t>(all().owners.size()) || capacity < 1) {
            throw Error(LLS_INVALID, "lls_memory_owner got index " + std::to_string(index) + " and capacity " + std::to_string(capacity),
                        "there are " + std::to_string(all().owners.size()) + " owners",
                                "count up to what lls_memory_owners tells, with room for 64 bytes");
        }
        auto found = std::next(all().owners.begin(), index);
        size_t length = std::min(found->first.size(), static_cast<size_t>(capacity - 1));
        found->first.copy(owner, length);
        owner[length] = '\0';
        *stats = found->second;
    });
}

lls_status lls_memory_reserve(int64_t bytes, const char* owner) {
    return guarded([&] { all().reserve(bytes, owner); });
}

lls_status lls_memory_release(int64_t bytes, const char* owner) {
    return guarded([&] { all().release(bytes, owner); });
}

lls_status lls_memory_limit(int64_t bytes) {
    return guarded([&] {
        if (bytes < 0) {
            throw Error(LLS_INVALID, "lls_memory_limit got " + std::to_string(bytes), "a limit is no less than 0", "pass bytes, or 0 for none");
        }
        std::lock_guard<std::mutex> lock(all().mutex);
        all().total.limit_bytes = bytes;
    });
}

lls_status lls_memory_fail_at(int64_t n) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(all().mutex);
        all().failAt = std::max<int64_t>(0, n);
    });
}

lls_status lls_arena_open(int64_t bytes, const char* owner, lls_handle* arena) {
    return guarded([&] {
        requireNotNull(arena, "lls_arena_open", "arena");
        auto opened = std::make_shared<Arena>();
        opened->begin = static_cast<char*>(all().allocate(bytes, owner));
        opened->capacity = bytes;
        *arena = arenas().add(std::move(opened));
    });
}

lls_status lls_arena_allocate(lls_handle arena, int64_t bytes, void** memory) {
    return guarded([&] {
        requireNotNull(memory, "lls_arena_allocate", "memory");
        std::shared_ptr<Arena> found = arenas().get(arena);
        if (bytes < 0 || bytes > INT64_MAX - 64 || rounded(bytes) > found->capacity - found->used) {
            throw Error(bytes < 0 ? LLS_INVALID : LLS_OUT_OF_MEMORY, "the arena has no " + std::to_string(bytes) + " bytes",
                        std::to_string(found->used) + " of " + std::to_string(found->capacity) + " are in use", "reset it, or open a larger one");
        }
        *memory = found->begin + found->used;
        found->used += rounded(bytes);
    });
}

lls_status lls_arena_reset(lls_handle arena) {
    return guarded([&] { arenas().get(arena)->used = 0; });
}

lls_status lls_arena_used(lls_handle arena, int64_t* used, int64_t* capacity) {
    return guarded([&] {
        requireNotNull(used, "lls_arena_used", "used");
        requireNotNull(capacity, "lls_arena_used", "capacity");
        std::shared_ptr<Arena> found = arenas().get(arena);
        *used = found->used;
        *capacity = found->capacity;
    });
}

lls_status lls_arena_close(lls_handle arena) {
    return guarded([&] { arenas().close(arena); });
}

}  // extern "C"
