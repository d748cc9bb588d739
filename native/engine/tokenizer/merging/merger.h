// Byte-pair merging: of all neighbours that merge the pair of lowest rank, of equal ranks the leftmost, again and again until none is left
// (Sennrich, Haddow, Birch 2016, https://arxiv.org/abs/1508.07909).
//
//   h e l l o   with (h,e) 0, (l,o) 1, (l,lo) 2   ->   he l l o  ->  he l lo  ->  he llo
//
// Short runs, which are nearly all, are looked through for the lowest rank after each merge. Longer ones keep their symbols in a linked list and
// their pairs in a queue, O(n log n). Both do the same merges in the same order. Holds memory that is used again from run to run: one for each call.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tokenizer/merging/merge_table.h"
#include "engine/tokenizer/merging/place_queue.h"

namespace llmsys {

class Merger {
public:
    // A symbol that merges with nothing.
    static constexpr int32_t UNKNOWN = -1;

    struct Symbol {
        int32_t id;
        int32_t start;      // where it begins in the run, as the caller counts
    };

    explicit Merger(const MergeTable& merges) : merges_(&merges) {}
    virtual ~Merger() = default;

    // The run: fill it before merge(), read it afterwards.
    std::vector<Symbol> symbols;
    void merge();

protected:
    // Told of each merge that is found, before it is queued: for vocabularies whose pieces come apart again.
    virtual void found(int32_t left, int32_t right, int32_t id) { (void)left, (void)right, (void)id; }
    bool watched_ = false;      // whether to tell

private:
    static constexpr size_t SHORT = 64;

    MergeTable::Merge look(int32_t left, int32_t right);
    void mergeShort();
    void mergeLong();
    void queue(int32_t at, int32_t count);

    const MergeTable* merges_;
    std::vector<MergeTable::Merge> pairs_;      // of each symbol with its neighbour to the right
    std::vector<int32_t> next_, previous_;
    PlaceQueue places_;
};

}  // namespace llmsys
