// The allocator behind the C functions, in C++ or in Rust: aligned, counted by owner, limited, and refusing what is not its own.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/buffer.h"
#include "engine/core/error.h"
#include "llmsys.h"

namespace {

lls_memory_stats total() {
    lls_memory_stats stats{};
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats;
}

lls_memory_stats owner(const std::string& wanted) {
    int32_t count = 0;
    EXPECT_EQ(lls_memory_owners(&count), LLS_OK);
    for (int32_t i = 0; i < count; i++) {
        char name[64];
        lls_memory_stats stats{};
        EXPECT_EQ(lls_memory_owner(i, name, sizeof name, &stats), LLS_OK);
        if (wanted == name) {
            return stats;
        }
    }
    return {};
}

}  // namespace

TEST(Memory, IsAlignedAndCountedByOwner) {
    int64_t before = total().live_bytes;
    std::vector<void*> blocks;
    for (int64_t bytes : {0, 1, 13, 64, 207, 100000}) {
        void* memory = nullptr;
        ASSERT_EQ(lls_allocate(bytes, "memory-test", &memory), LLS_OK);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0u);
        std::memset(memory, 7, static_cast<size_t>(bytes));
        blocks.push_back(memory);
    }
    EXPECT_EQ(owner("memory-test").live_bytes, 100285);
    EXPECT_EQ(total().live_bytes, before + 100285);
    for (void* block : blocks) {
        EXPECT_EQ(lls_free(block), LLS_OK);
    }
    EXPECT_EQ(owner("memory-test").live_bytes, 0);
    EXPECT_GE(owner("memory-test").peak_bytes, 100285);
    EXPECT_EQ(total().live_bytes, before);
}

TEST(Memory, DoubleAndForeignFreesAreRefusedAndHarmless) {
    void* memory = nullptr;
    ASSERT_EQ(lls_allocate(100, "memory-test", &memory), LLS_OK);
    int64_t live = total().live_bytes;
    int here = 0;
    alignas(64) char fake[256] = {};
    EXPECT_EQ(lls_free(&here), LLS_INVALID);
    EXPECT_EQ(lls_free(fake + 64), LLS_INVALID);
    EXPECT_EQ(lls_free(static_cast<char*>(memory) + 64), LLS_INVALID);
    EXPECT_EQ(total().live_bytes, live);
    EXPECT_EQ(lls_free(memory), LLS_OK);
    EXPECT_EQ(lls_free(memory), LLS_INVALID);
    EXPECT_EQ(lls_free(nullptr), LLS_OK);
    EXPECT_EQ(total().live_bytes, live - 100);
}

TEST(Memory, ALimitGivesAnErrorAndNothingElse) {
    int64_t live = total().live_bytes;
    ASSERT_EQ(lls_memory_limit(live + 1000), LLS_OK);
    void* memory = nullptr;
    EXPECT_EQ(lls_allocate(1001, "memory-test", &memory), LLS_OUT_OF_MEMORY);
    EXPECT_NE(std::string(lls_last_error()).find("memory-test"), std::string::npos);
    EXPECT_EQ(lls_allocate(1000, "memory-test", &memory), LLS_OK);
    EXPECT_EQ(lls_free(memory), LLS_OK);
    EXPECT_EQ(lls_memory_limit(0), LLS_OK);
    EXPECT_EQ(lls_memory_limit(-1), LLS_INVALID);
    for (int64_t bad : {int64_t{-1}, INT64_MIN, INT64_MAX, INT64_MAX - 63, INT64_MAX / 2}) {
        EXPECT_NE(lls_allocate(bad, "memory-test", &memory), LLS_OK) << bad;
    }
    EXPECT_EQ(total().live_bytes, live);
}

TEST(Memory, WhatIsReservedIsLimitedAndCountedUntilItIsReleased) {
    int64_t live = total().live_bytes;
    ASSERT_EQ(lls_memory_reserve(700, "memory-elsewhere"), LLS_OK);
    EXPECT_EQ(owner("memory-elsewhere").live_bytes, 700);
    EXPECT_EQ(total().live_bytes, live + 700);
    ASSERT_EQ(lls_memory_limit(live + 1000), LLS_OK);
    void* memory = nullptr;
    EXPECT_EQ(lls_allocate(301, "memory-test", &memory), LLS_OUT_OF_MEMORY);
    EXPECT_EQ(lls_memory_reserve(301, "memory-elsewhere"), LLS_OUT_OF_MEMORY);
    EXPECT_EQ(lls_memory_limit(0), LLS_OK);
    for (int64_t bad : {int64_t{701}, int64_t{-1}, INT64_MAX, INT64_MIN}) {
        EXPECT_EQ(lls_memory_release(bad, "memory-elsewhere"), LLS_INVALID) << bad;
    }
    EXPECT_EQ(lls_memory_release(1, "memory-nobody"), LLS_INVALID);
    EXPECT_EQ(lls_memory_reserve(-1, "memory-elsewhere"), LLS_INVALID);
    EXPECT_EQ(lls_memory_reserve(INT64_MAX, "memory-elsewhere"), LLS_INVALID);
    ASSERT_EQ(lls_memory_release(700, "memory-elsewhere"), LLS_OK);
    EXPECT_EQ(total().live_bytes, live);
    ASSERT_EQ(lls_memory_fail_at(1), LLS_OK);
    EXPECT_EQ(lls_memory_reserve(1, "memory-elsewhere"), LLS_OUT_OF_MEMORY);
}

TEST(Memory, TheChosenAllocationFailsOnce) {
    void* memory = nullptr;
    ASSERT_EQ(lls_memory_fail_at(2), LLS_OK);
    EXPECT_EQ(lls_allocate(1, "memory-test", &memory), LLS_OK);
    lls_free(memory);
    EXPECT_THROW(llmsys::Buffer(1, "memory-test"), llmsys::Error);
    EXPECT_EQ(lls_allocate(1, "memory-test", &memory), LLS_OK);
    lls_free(memory);
}

TEST(Memory, ManyThreadsLeaveNothingBehind) {
    int64_t before = total().live_bytes;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++) {
        threads.emplace_back([t] {
            std::mt19937 random(static_cast<unsigned>(t));
            std::vector<llmsys::Buffer> held(8);
            for (int i = 0; i < 2000; i++) {
                held[random() % 8] = llmsys::Buffer(static_cast<int64_t>(random() % 5000), t % 2 ? "memory-test" : "memory-other");
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(total().live_bytes, before);
    EXPECT_EQ(owner("memory-other").live_bytes, 0);
}

TEST(Memory, AnArenaIsFilledResetAndClosed) {
    int64_t before = total().live_bytes;
    lls_handle arena = 0;
    ASSERT_EQ(lls_arena_open(1024, "memory-test", &arena), LLS_OK);
    void* first = nullptr;
    void* second = nullptr;
    ASSERT_EQ(lls_arena_allocate(arena, 100, &first), LLS_OK);
    ASSERT_EQ(lls_arena_allocate(arena, 1, &second), LLS_OK);
    EXPECT_EQ(static_cast<char*>(second) - static_cast<char*>(first), 128);
    EXPECT_EQ(lls_arena_allocate(arena, 1024, &second), LLS_OUT_OF_MEMORY);
    EXPECT_EQ(lls_arena_allocate(arena, -5, &second), LLS_INVALID);
    EXPECT_EQ(lls_arena_allocate(arena, INT64_MAX, &second), LLS_OUT_OF_MEMORY);
    int64_t used = 0, capacity = 0;
    ASSERT_EQ(lls_arena_used(arena, &used, &capacity), LLS_OK);
    EXPECT_EQ(used, 192);
    EXPECT_EQ(capacity, 1024);
    ASSERT_EQ(lls_arena_reset(arena), LLS_OK);
    ASSERT_EQ(lls_arena_allocate(arena, 1024, &second), LLS_OK);
    EXPECT_EQ(second, first);
    EXPECT_EQ(lls_arena_close(arena), LLS_OK);
    EXPECT_EQ(lls_arena_close(arena), LLS_INVALID);
    EXPECT_EQ(lls_arena_reset(arena), LLS_INVALID);
    EXPECT_EQ(total().live_bytes, before);
}
