// Scratch memory for the chunks of one call: a slot for each thread, taken by a chunk that begins and given back when it ends. What is in it means
// nothing to the next chunk, so results do not depend on who takes which.
#pragma once

#include <atomic>
#include <cstdint>
#include <new>
#include <string>

#include "engine/core/buffer.h"
#include "engine/core/error.h"
#include "engine/core/workers.h"

namespace llmsys {

class Slots {
public:
    // floats: of each slot. Throws Error LLS_OUT_OF_MEMORY.
    Slots(const Workers& workers, int64_t floats, const char* owner)
        : floats_(sum(floats, 15) / 16 * 16), count_(workers.threads()), memory_(product(count_, sum(product(floats_, SIZE), 64)), owner) {
        for (int64_t i = 0; i < count_; i++) {
            new (flag(i)) std::atomic<bool>(false);
        }
    }
    Slots(const Slots&) = delete;

    // Sizes that no memory has throw Error LLS_OUT_OF_MEMORY.
    static int64_t product(int64_t a, int64_t b) {
        int64_t result = 0;
        return __builtin_mul_overflow(a, b, &result) ? throw tooLarge() : result;
    }
    static int64_t sum(int64_t a, int64_t b) {
        int64_t result = 0;
        return __builtin_add_overflow(a, b, &result) ? throw tooLarge() : result;
    }

    class Taken {
    public:
        explicit Taken(Slots& slots) : slots_(slots), index_(slots.take()) {}
        ~Taken() { slots_.flag(index_)->store(false, std::memory_order_release); }
        Taken(const Taken&) = delete;
        float* floats() const { return slots_.memory_.floats() + index_ * slots_.floats_; }

    private:
        Slots& slots_;
        int64_t index_;
    };

private:
    static constexpr int64_t SIZE = sizeof(float);

    static Error tooLarge() {
        return Error(LLS_OUT_OF_MEMORY, "no memory for the scratch of a call", "its size cannot be addressed",
                     "work on fewer or smaller heads at a time");
    }

    // Behind the slots, each in a line of its own.
    std::atomic<bool>* flag(int64_t i) const {
        return reinterpret_cast<std::atomic<bool>*>(static_cast<char*>(memory_.data()) + count_ * floats_ * SIZE + i * 64);
    }
    // No more chunks run at a time than there are threads, so one is free.
    int64_t take() const {
        for (int64_t i = 0;; i = (i + 1) % count_) {
            if (!flag(i)->exchange(true, std::memory_order_acquire)) {
                return i;
            }
        }
    }

    int64_t floats_;
    int64_t count_;
    Buffer memory_;
};

}  // namespace llmsys
