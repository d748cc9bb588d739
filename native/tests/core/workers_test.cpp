// The pool runs each chunk exactly once, hands failures to the caller, and nests.
#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/core/workers.h"

using llmsys::Workers;

TEST(Workers, RunsEachChunkOnce) {
    for (int threads : {1, 2, 3, 7}) {
        Workers workers(threads);
        for (int64_t chunks : {0, 1, 2, 13, 207}) {
            std::vector<std::atomic<int>> seen(static_cast<size_t>(chunks));
            workers.run(chunks, [&](int64_t chunk) { seen[static_cast<size_t>(chunk)]++; });
            for (const auto& each : seen) {
                EXPECT_EQ(each.load(), 1);
            }
        }
    }
}

TEST(Workers, GivesTheFailureToTheCallerWhenAllChunksHaveEnded) {
    Workers workers(3);
    std::atomic<int> ended{0};
    EXPECT_THROW(workers.run(50,
                             [&](int64_t chunk) {
                                 ended++;
                                 if (chunk == 17) {
                                     throw std::runtime_error("seventeen");
                                 }
                             }),
                 std::runtime_error);
    EXPECT_EQ(ended.load(), 50);
    workers.run(5, [&](int64_t) { ended++; });
    EXPECT_EQ(ended.load(), 55);
}

TEST(Workers, ACallInsideAChunkAndFromSeveralThreads) {
    Workers workers(2);
    std::atomic<int> count{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; i++) {
        callers.emplace_back([&] {
            for (int round = 0; round < 200; round++) {
                workers.run(5, [&](int64_t) { workers.run(3, [&](int64_t) { count++; }); });
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(count.load(), 4 * 200 * 15);
}
