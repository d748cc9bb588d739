// Which two symbols merge, how early, and into what: a hash table with open addressing from (left, right) to (rank, id). Filled once, then only read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace llmsys {

class MergeTable {
public:
    // No such merge; greater than every rank.
    static constexpr int32_t NONE = INT32_MAX;

    struct Merge {
        int32_t rank;
        int32_t id;
    };

    explicit MergeTable(int64_t expected = 0);

    // Whether it is new. One that is there already is written over.
    bool put(int32_t left, int32_t right, int32_t rank, int32_t id);
    Merge find(int32_t left, int32_t right) const {
        uint64_t key = pair(left, right);
        for (size_t slot = place(key);; slot = (slot + 1) & mask_) {
            const Entry& entry = entries_[slot];
            if (entry.key == key) {
                return {entry.rank, entry.id};
            }
            if (entry.key == FREE) {
                return {NONE, -1};
            }
        }
    }
    int64_t size() const noexcept { return count_; }

private:
    struct Entry {
        uint64_t key;
        int32_t rank;
        int32_t id;
    };
    static constexpr uint64_t FREE = UINT64_MAX;

    static uint64_t pair(int32_t left, int32_t right) { return static_cast<uint64_t>(static_cast<uint32_t>(left))
            << 32 | static_cast<uint32_t>(right); }
    size_t place(uint64_t key) const { return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & mask_; }
    void grow();

    std::vector<Entry> entries_;
    size_t mask_;
    int64_t count_ = 0;
};

}  // namespace llmsys
