#include "engine/tokenizer/merging/merge_table.h"

namespace llmsys {

MergeTable::MergeTable(int64_t expected) {
    size_t slots = 16;
    while (slots < static_cast<size_t>(expected) * 2) {
        slots *= 2;
    }
    entries_.assign(slots, {FREE, NONE, -1});
    mask_ = slots - 1;
}

bool MergeTable::put(int32_t left, int32_t right, int32_t rank, int32_t id) {
    uint64_t key = pair(left, right);
    size_t slot = place(key);
    while (entries_[slot].key != FREE && entries_[slot].key != key) {
        slot = (slot + 1) & mask_;
    }
    bool fresh = entries_[slot].key == FREE;
    entries_[slot] = {key, rank, id};
    count_ += fresh ? 1 : 0;
    if (static_cast<size_t>(count_) * 2 > entries_.size()) {
        grow();
    }
    return fresh;
}

void MergeTable::grow() {
    std::vector<Entry> old(entries_.size() * 2, Entry{FREE, NONE, -1});
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old) {
        if (entry.key != FREE) {
            size_t slot = place(entry.key);
            while (entries_[slot].key != FREE) {
                slot = (slot + 1) & mask_;
            }
            entries_[slot] = entry;
        }
    }
}

}  // namespace llmsys
