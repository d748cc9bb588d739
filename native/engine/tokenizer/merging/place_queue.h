// Places with a rank, the lowest rank first, of equal ranks the leftmost place.
//
// A heap of all is best for words. For a megabyte of one letter it falls out of the caches and time stops being linear, so there each rank has a list
// of its places, sorted when its turn comes, and the heap holds ranks only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace llmsys {

class PlaceQueue {
public:
    struct Entry {
        int32_t rank;
        int32_t place;
    };

    // expected: how many there will be. What is left of before is dropped.
    void begin(int64_t expected) {
        heap_.clear();
        lists_.clear();
        byRank_ = expected > MANY;
    }

    void add(int32_t rank, int32_t place) {
        if (!byRank_) {
            push(heap_, static_cast<uint64_t>(static_cast<uint32_t>(rank)) << 32 | static_cast<uint32_t>(place));
            return;
        }
        List& list = lists_[rank];
        if (list.empty()) {
            push(heap_, static_cast<uint32_t>(rank));
        }
        list.add(place);
    }

    bool empty() const { return heap_.empty(); }

    Entry take() {
        uint64_t first = heap_.front();
        if (!byRank_) {
            pop(heap_);
            return {static_cast<int32_t>(first >> 32), static_cast<int32_t>(first & 0xFFFFFFFF)};
        }
        int32_t rank = static_cast<int32_t>(first);
        List& list = lists_.find(rank)->second;
        int32_t place = list.take();
        if (list.empty()) {
            list.clear();
            pop(heap_);
        }
        return {rank, place};
    }

private:
    static constexpr int64_t MANY = 4096;
    using Heap = std::vector<uint64_t>;

    static void push(Heap& heap, uint64_t entry) {
        heap.push_back(entry);
        std::push_heap(heap.begin(), heap.end(), std::greater<>());
    }
    static void pop(Heap& heap) {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        heap.pop_back();
    }

    // Places of one rank: those from before its turn in a sorted list, those that come during it in a heap.
    struct List {
        std::vector<int32_t> places;
        size_t next = 0;
        bool turn = false;
        Heap late;

        bool empty() const { return next == places.size() && late.empty(); }
        void add(int32_t place) {
            if (turn) {
                push(late, static_cast<uint64_t>(place));
            } else {
                places.push_back(place);
            }
        }
        int32_t take() {
            if (!turn) {
                std::sort(places.begin(), places.end());
                turn = true;
            }
            bool isLate = !late.empty() && (next == places.size() || static_cast<int32_t>(late.front()) < places[next]);
            int32_t place = isLate ? static_cast<int32_t>(late.front()) : places[next];
            if (isLate) {
                pop(late);
            } else {
                next++;
            }
            return place;
        }
        void clear() {
            places.clear();
            next = 0;
            turn = false;
        }
    };

    bool byRank_ = false;
    Heap heap_;
    std::unordered_map<int32_t, List> lists_;
};

}  // namespace llmsys
