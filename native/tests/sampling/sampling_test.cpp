// Samplers and filters through the C surface: cases by hand, a plain reference over awkward sizes, what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/core/random_stream.h"
#include "llmsys.h"

namespace llmsys {
namespace {

constexpr float NEVER = -std::numeric_limits<float>::infinity();

int32_t pick(const char* algorithm, const std::vector<float>& logits, double draw) {
    int32_t id = -1;
    EXPECT_EQ(LLS_OK, lls_sample(algorithm, nullptr, logits.data(), static_cast<int64_t>(logits.size()), draw, &id)) << lls_last_error();
    return id;
}

std::vector<float> filtered(const char* algorithm, std::vector<float> logits, double setting) {
    EXPECT_EQ(LLS_OK, lls_filter(algorithm, nullptr, logits.data(), static_cast<int64_t>(logits.size()), setting)) << lls_last_error();
    return logits;
}

// Few distinct values, so that ties happen; some ruled out.
std::vector<float> awkward(size_t v, uint64_t place) {
    RandomStream stream = RandomStream::at(9, {place});
    std::vector<float> logits(v);
    for (float& logit : logits) {
        logit = stream.nextLong(5) == 0 ? NEVER : static_cast<float>(stream.nextLong(15)) / 2 - 3;
    }
    logits[v / 2] = 1;
    return logits;
}

std::vector<size_t> likeliestFirst(const std::vector<float>& logits) {
    std::vector<size_t> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    std::stable_sort(ids.begin(), ids.end(), [&](size_t a, size_t b) { return logits[a] > logits[b]; });
    return ids;
}

TEST(Samplers, GreedyTakesTheLikeliestOfEqualsTheFirst) {
    EXPECT_EQ(1, pick("greedy", {0, 3, 3, -1}, 0.9));
    EXPECT_EQ(2, pick("greedy", {NEVER, NEVER, -1e30f, NEVER}, 0));
    EXPECT_EQ(0, pick("greedy", {5}, 0));
}

TEST(Samplers, CategoricalGoesByTheSumOfProbabilities) {
    std::vector<float> logits = {0, std::log(2.0f), NEVER, std::log(5.0f)};           // 1/8, 2/8, 0, 5/8
    EXPECT_EQ(0, pick("categorical", logits, 0));
    EXPECT_EQ(0, pick("categorical", logits, 0.1249));
    EXPECT_EQ(1, pick("categorical", logits, 0.1251));
    EXPECT_EQ(1, pick("categorical", logits, 0.3749));
    EXPECT_EQ(3, pick("categorical", logits, 0.3751));
    EXPECT_EQ(3, pick("categorical", logits, 1 - 0x1p-53));
    EXPECT_EQ(1, pick("categorical", {NEVER, -1e30f, NEVER}, 0.5));
    EXPECT_EQ(0, pick("categorical", {1e30f, -1e30f}, 0.999));
}

TEST(Samplers, WhatCannotBePickedFromIsRefused) {
    int32_t id = 7;
    std::vector<float> none(13, NEVER);
    std::vector<float> notANumber = {1, NAN, 2};
    std::vector<float> infinite = {1, INFINITY, 2};
    for (const char* algorithm : {"greedy", "categorical"}) {
        EXPECT_EQ(LLS_NUMERIC, lls_sample(algorithm, nullptr, none.data(), 13, 0.5, &id));
        EXPECT_EQ(LLS_NUMERIC, lls_sample(algorithm, nullptr, notANumber.data(), 3, 0.5, &id));
        EXPECT_EQ(LLS_NUMERIC, lls_sample(algorithm, nullptr, infinite.data(), 3, 0.5, &id));
    }
    std::vector<float> good = {1, 2};
    EXPECT_EQ(LLS_SHAPE, lls_sample("greedy", nullptr, good.data(), 0, 0.5, &id));
    EXPECT_EQ(LLS_SHAPE, lls_sample("greedy", nullptr, good.data(), -1, 0.5, &id));
    EXPECT_EQ(LLS_SHAPE, lls_sample("greedy", nullptr, good.data(), INT64_MAX, 0.5, &id));
    EXPECT_EQ(LLS_INVALID, lls_sample("greedy", nullptr, nullptr, 2, 0.5, &id));
    EXPECT_EQ(LLS_INVALID, lls_sample("greedy", nullptr, good.data(), 2, 0.5, nullptr));
    EXPECT_EQ(LLS_INVALID, lls_sample(nullptr, nullptr, good.data(), 2, 0.5, &id));
    EXPECT_EQ(LLS_INVALID, lls_sample("greedy", "categorical", good.data(), 2, 0.5, &id));
    for (double draw : {-0.1, 1.0, static_cast<double>(NAN)}) {
        EXPECT_EQ(LLS_INVALID, lls_sample("categorical", nullptr, good.data(), 2, draw, &id));
    }
    EXPECT_EQ(LLS_NOT_FOUND, lls_sample("best", nullptr, good.data(), 2, 0.5, &id));
    EXPECT_EQ(7, id);
}

TEST(Filters, TemperatureDividesAroundTheLargest) {
    EXPECT_EQ((std::vector<float>{-4, 0, NEVER, -2}), filtered("temperature", {1, 3, NEVER, 2}, 0.5));
    EXPECT_EQ((std::vector<float>{NEVER, 3, NEVER, NEVER}), filtered("temperature", {1, 3, 3, 2}, 0));
    EXPECT_EQ((std::vector<float>{NEVER, 0}), filtered("temperature", {-1e30f, 3e38f}, 1e-30));
}

TEST(Filters, TopKKeepsTheFirstOfEquals) {
    EXPECT_EQ((std::vector<float>{NEVER, 3, 2, NEVER}), filtered("top-k", {1, 3, 2, 2}, 2));
    EXPECT_EQ((std::vector<float>{1, 2}), filtered("top-k", {1, 2}, 5));
    EXPECT_EQ((std::vector<float>{0.0f, NEVER}), filtered("top-k", {0, 0}, 1));
}

TEST(Filters, TopPKeepsTheNucleus) {
    std::vector<float> logits = {std::log(5.0f), std::log(3.0f), 0, 0};               // 0.5 0.3 0.1 0.1
    EXPECT_EQ((std::vector<float>{logits[0], NEVER, NEVER, NEVER}), filtered("top-p", logits, 0.4));
    EXPECT_EQ((std::vector<float>{logits[0], logits[1], NEVER, NEVER}), filtered("top-p", logits, 0.7));
    EXPECT_EQ((std::vector<float>{logits[0], logits[1], 0, NEVER}), filtered("top-p", logits, 0.85));
    EXPECT_EQ((std::vector<float>{logits[0], NEVER, NEVER, NEVER}), filtered("top-p", logits, 0));
    EXPECT_EQ(logits, filtered("top-p", logits, 1));
}

TEST(Filters, MinPKeepsAShareOfTheLikeliest) {
    std::vector<float> logits = {0, std::log(10.0f), std::log(0.9f), NEVER};
    EXPECT_EQ((std::vector<float>{0, logits[1], NEVER, NEVER}), filtered("min-p", logits, 0.0999));
    EXPECT_EQ(logits, filtered("min-p", logits, 0));
}

TEST(Filters, AgreeWithSortingEverything) {
    for (size_t v : {1, 2, 13, 207, 1000, 5003}) {
        for (uint64_t place = 0; place < 20; place++) {
            std::vector<float> logits = awkward(v, place);
            std::vector<size_t> ids = likeliestFirst(logits);
            size_t k = 1 + place * v / 20;
            std::vector<float> expected = logits;
            for (size_t i = k; i < v; i++) {
                expected[ids[i]] = NEVER;
            }
            EXPECT_EQ(expected, filtered("top-k", logits, static_cast<double>(k)));
            double p = static_cast<double>(place) / 20, sum = 0, reached = 0;
            for (float logit : logits) {
                sum += std::exp(static_cast<double>(logit) - logits[ids[0]]);
            }
            size_t kept = 0;
            do {
                reached += std::exp(static_cast<double>(logits[ids[kept]]) - logits[ids[0]]) / sum;
                kept++;
            } while (kept < v && reached < p);
            expected = logits;
            for (size_t i = kept; i < v; i++) {
                expected[ids[i]] = NEVER;
            }
            EXPECT_EQ(expected, filtered("top-p", logits, p)) << v << " " << p;
        }
    }
}

TEST(Filters, SettingsOutOfRangeAreRefused) {
    std::vector<float> logits = {1, 2, 3};
    auto refused = [&](const char* algorithm, double setting) { return lls_filter(algorithm, nullptr, logits.data(), 3, setting) == LLS_INVALID; };
    for (double setting : {-1.0, 101.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
        EXPECT_TRUE(refused("temperature", setting)) << setting;
        EXPECT_TRUE(refused("top-p", setting)) << setting;
        EXPECT_TRUE(refused("min-p", setting)) << setting;
    }
    for (double setting : {0.0, -1.0, 1.5, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
        EXPECT_TRUE(refused("top-k", setting)) << setting;
    }
    EXPECT_EQ(LLS_INVALID, lls_filter("top-k", nullptr, nullptr, 3, 1));
    EXPECT_EQ(LLS_SHAPE, lls_filter("top-k", nullptr, logits.data(), 0, 1));
    EXPECT_EQ(LLS_NOT_FOUND, lls_filter("top-q", nullptr, logits.data(), 3, 1));
    EXPECT_EQ((std::vector<float>{1, 2, 3}), logits);
}

TEST(Filters, WhenAllIsRuledOutItStaysSo) {
    std::vector<float> none(13, NEVER);
    EXPECT_EQ(none, filtered("temperature", none, 0.7));
    EXPECT_EQ(none, filtered("top-p", none, 0.7));
    EXPECT_EQ(none, filtered("min-p", none, 0.7));
}

}  // namespace
}  // namespace llmsys
