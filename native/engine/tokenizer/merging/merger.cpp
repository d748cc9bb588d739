#include "engine/tokenizer/merging/merger.h"

namespace llmsys {

void Merger::merge() {
    if (symbols.size() < 2) {
        return;
    }
    if (pairs_.size() < symbols.size()) {
        pairs_.resize(symbols.size());
    }
    if (symbols.size() <= SHORT) {
        mergeShort();
    } else {
        mergeLong();
    }
}

MergeTable::Merge Merger::look(int32_t left, int32_t right) {
    if (left < 0 || right < 0) {
        return {MergeTable::NONE, -1};
    }
    MergeTable::Merge merge = merges_->find(left, right);
    if (watched_ && merge.rank != MergeTable::NONE) {
        found(left, right, merge.id);
    }
    return merge;
}

void Merger::mergeShort() {
    size_t n = symbols.size();
    Symbol* symbol = symbols.data();
    MergeTable::Merge* pair = pairs_.data();
    for (size_t i = 0; i + 1 < n; i++) {
        pair[i] = look(symbol[i].id, symbol[i + 1].id);
    }
    pair[n - 1] = {MergeTable::NONE, -1};
    while (true) {
        size_t lowest = 0;
        for (size_t i = 1; i < n; i++) {
            lowest = pair[i].rank < pair[lowest].rank ? i : lowest;
        }
        if (pair[lowest].rank == MergeTable::NONE) {
            break;
        }
        symbol[lowest].id = pair[lowest].id;
        for (size_t i = lowest + 1; i + 1 < n; i++) {
            symbol[i] = symbol[i + 1];
            pair[i] = pair[i + 1];
        }
        n--;
        pair[lowest] = lowest + 1 < n ? look(symbol[lowest].id, symbol[lowest + 1].id) : MergeTable::Merge{MergeTable::NONE, -1};
        if (lowest > 0) {
            pair[lowest - 1] = look(symbol[lowest - 1].id, symbol[lowest].id);
        }
    }
    symbols.resize(n);
}

void Merger::queue(int32_t at, int32_t count) {
    size_t i = static_cast<size_t>(at);
    if (next_[i] == count) {
        pairs_[i] = {MergeTable::NONE, -1};
        return;
    }
    pairs_[i] = look(symbols[i].id, symbols[static_cast<size_t>(next_[i])].id);
    if (pairs_[i].rank != MergeTable::NONE) {
        places_.add(pairs_[i].rank, at);
    }
}

void Merger::mergeLong() {
    int32_t count = static_cast<int32_t>(symbols.size());
    next_.resize(symbols.size());
    previous_.resize(symbols.size());
    for (int32_t i = 0; i < count; i++) {
        next_[static_cast<size_t>(i)] = i + 1;
        previous_[static_cast<size_t>(i)] = i - 1;
    }
    places_.begin(count);
    for (int32_t i = 0; i < count; i++) {
        queue(i, count);
    }
    while (!places_.empty()) {
        PlaceQueue::Entry entry = places_.take();
        size_t at = static_cast<size_t>(entry.place);
        if (pairs_[at].rank != entry.rank) {
            continue;                                       // one of the two has merged with another since
        }
        size_t gone = static_cast<size_t>(next_[at]);
        symbols[at].id = pairs_[at].id;
        pairs_[gone].rank = MergeTable::NONE;
        next_[at] = next_[gone];
        if (next_[at] < count) {
            previous_[static_cast<size_t>(next_[at])] = entry.place;
        }
        queue(entry.place, count);
        if (previous_[at] >= 0) {
            queue(previous_[at], count);
        }
    }
    size_t kept = 0;
    for (int32_t i = 0; i < count; i = next_[static_cast<size_t>(i)]) {
        symbols[kept++] = symbols[static_cast<size_t>(i)];
    }
    symbols.resize(kept);
}

}  // namespace llmsys
