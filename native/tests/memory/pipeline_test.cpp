// lls_pipeline_*: batches over the C surface, their bound on memory, errors as one status, and bad arguments. Needs the Rust layer.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/memory/rust_layer.h"

namespace {

class Pipeline : public ::testing::Test {
protected:
    void SetUp() override {
        NEEDS_RUST();
        folder_ = std::filesystem::path(::testing::TempDir()) / ("llmsys-pipeline-" + std::to_string(reinterpret_cast<uintptr_t>(this)));
        std::filesystem::create_directories(folder_);
        before_ = owned("pipeline").live_bytes;
    }

    void TearDown() override {
        if (!folder_.empty()) {
            EXPECT_EQ(owned("pipeline").live_bytes, before_);
            std::filesystem::remove_all(folder_);
        }
    }

    std::string file(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return (folder_ / name).string();
    }

    std::string shard(const std::string& name, int from, int to) {
        std::string bytes;
        for (int id = from; id < to; id++) {
            bytes += static_cast<char>(id & 255);
            bytes += static_cast<char>(id >> 8);
        }
        return file(name, bytes);
    }

    static lls_memory_stats owned(const std::string& name) {
        int32_t count = 0;
        lls_memory_owners(&count);
        for (int32_t i = 0; i < count; i++) {
            char owner[64];
            lls_memory_stats stats{};
            if (lls_memory_owner(i, owner, sizeof owner, &stats) == LLS_OK && name == owner) {
                return stats;
            }
        }
        return {};
    }

    lls_pipeline_options options(const std::vector<std::string>& paths, const char* kind = "u16") {
        paths_ = paths;
        pointers_.clear();
        for (const std::string& path : paths_) {
            pointers_.push_back(path.c_str());
        }
        lls_pipeline_options o;
        lls_pipeline_defaults(&o);
        o.paths = pointers_.data();
        o.path_count = static_cast<int32_t>(paths.size());
        o.kind = kind;
        o.batch = 3;
        o.context_length = 4;
        return o;
    }

    // All batches until the end, inputs then targets of each.
    std::vector<int32_t> all(const lls_pipeline_options& o) {
        lls_handle pipeline = 0;
        EXPECT_EQ(lls_pipeline_open(&o, &pipeline), LLS_OK) << lls_last_error();
        std::vector<int32_t> ids, inputs(static_cast<size_t>(o.batch * o.context_length)), targets(inputs.size());
        int32_t end = 0;
        while (lls_pipeline_next(pipeline, inputs.data(), targets.data(), &end) == LLS_OK && end == 0) {
            ids.insert(ids.end(), inputs.begin(), inputs.end());
            ids.insert(ids.end(), targets.begin(), targets.end());
        }
        EXPECT_EQ(end, 1) << lls_last_error();
        EXPECT_EQ(lls_pipeline_close(pipeline), LLS_OK);
        return ids;
    }

    lls_status firstNext(const lls_pipeline_options& o) {
        lls_handle pipeline = 0;
        EXPECT_EQ(lls_pipeline_open(&o, &pipeline), LLS_OK) << lls_last_error();
        std::vector<int32_t> ids(static_cast<size_t>(o.batch * o.context_length));
        int32_t end = 7;
        lls_status first = lls_pipeline_next(pipeline, ids.data(), ids.data(), &end);
        EXPECT_EQ(lls_pipeline_next(pipeline, ids.data(), ids.data(), &end), first);
        EXPECT_EQ(lls_pipeline_close(pipeline), LLS_OK);
        return first;
    }

    std::filesystem::path folder_;
    int64_t before_ = 0;
    std::vector<std::string> paths_;
    std::vector<const char*> pointers_;
};

}  // namespace

TEST_F(Pipeline, EveryWindowComesOnceAndTargetsAreOneLater) {
    lls_pipeline_options o = options({shard("a", 0, 25), shard("b", 500, 513)});       // 6 and 3 windows of 4
    std::vector<int32_t> ids = all(o);
    ASSERT_EQ(ids.size(), 3u * 24);
    std::set<int32_t> firsts;
    for (size_t batch = 0; batch < 3; batch++) {
        for (size_t row = 0; row < 3; row++) {
            const int32_t* inputs = ids.data() + batch * 24 + row * 4;
            firsts.insert(inputs[0]);
            for (int t = 0; t < 4; t++) {
                EXPECT_EQ(inputs[t], inputs[0] + t);
                EXPECT_EQ(inputs[12 + t], inputs[t] + 1);
            }
        }
    }
    EXPECT_EQ(firsts, (std::set<int32_t>{0, 4, 8, 12, 16, 20, 500, 504, 508}));
}

TEST_F(Pipeline, ThreadsDoNotChangeBatchesSeedsDo) {
    lls_pipeline_options o = options({shard("a", 0, 2000), shard("b", 2000, 3000)});
    o.epochs = 3;
    o.seed = 9;
    o.threads = 1;
    o.prefetch = 1;
    std::vector<int32_t> reference = all(o);
    for (int32_t threads : {2, 7}) {
        o.threads = threads;
        o.prefetch = 2 * threads - 1;
        EXPECT_EQ(all(o), reference) << threads;
    }
    o.seed = 10;
    EXPECT_NE(all(o), reference);
}

TEST_F(Pipeline, WaitingBatchesAreBoundedAndCounted) {
    lls_pipeline_options o = options({shard("a", 0, 5000)});
    o.epochs = 0;
    o.prefetch = 5;
    lls_handle pipeline = 0;
    ASSERT_EQ(lls_pipeline_open(&o, &pipeline), LLS_OK);
    lls_pipeline_stats stats{};
    do {
        std::this_thread::yield();
        ASSERT_EQ(lls_pipeline_stats_of(pipeline, &stats), LLS_OK);
    } while (stats.waiting < 5 || stats.reader_stalls < 2);
    EXPECT_EQ(stats.waiting_bytes, 5 * 3 * 5 * 4);
    EXPECT_EQ(owned("pipeline").live_bytes - before_, 5 * 3 * 5 * 4);
    int32_t inputs[12], targets[12], end = 0;
    for (int i = 0; i < 1000; i++) {
        ASSERT_EQ(lls_pipeline_next(pipeline, inputs, targets, &end), LLS_OK);
        ASSERT_EQ(end, 0);
    }
    ASSERT_EQ(lls_pipeline_stats_of(pipeline, &stats), LLS_OK);
    EXPECT_EQ(stats.batches, 1000);
    EXPECT_EQ(stats.tokens, 12000);
    EXPECT_EQ(stats.epoch, 3000 / 1249);
    EXPECT_EQ(owned("pipeline").live_bytes - before_, 5 * 3 * 5 * 4);
    EXPECT_EQ(lls_pipeline_close(pipeline), LLS_OK);
    EXPECT_EQ(lls_pipeline_close(pipeline), LLS_INVALID);
    EXPECT_EQ(lls_pipeline_next(pipeline, inputs, targets, &end), LLS_INVALID);
}

TEST_F(Pipeline, TextIsEncodedOnceInBoundedMemory) {
    // 9 MiB of text in one shard, with the tokenizer that has a token for each character.
    std::string line = "the quick brown fox jumps over the lazy dog, 0123456789\n", text;
    for (int i = 0; i < 170000; i++) {
        text += line;
    }
    std::string learned = file("learn.txt", line);
    lls_handle tokenizer = 0;
    ASSERT_EQ(lls_tokenizer_load(learned.c_str(), "char", &tokenizer), LLS_OK) << lls_last_error();
    std::vector<int32_t> ids(text.size());
    int64_t count = 0;
    auto size = static_cast<int64_t>(text.size());
    ASSERT_EQ(lls_tokenizer_encode(tokenizer, text.data(), size, 0, ids.data(), size, &count), LLS_OK);
    lls_pipeline_options o = options({file("big.txt", text)}, "text");
    o.tokenizer = tokenizer;
    o.batch = 1;
    o.context_length = 999;
    o.threads = 2;
    std::vector<int32_t> windows = all(o);
    EXPECT_EQ(static_cast<int64_t>(windows.size()), (count - 1) / 999 * 999 * 2);
    int64_t bound = 4 * 1000 * 4 + 2 * (int64_t{2} << 20) * 5;
    EXPECT_LE(owned("pipeline").peak_bytes, bound);
    // Each window is a place of the whole text's ids: the period of the text tells which.
    for (size_t w = 0; w < windows.size(); w += 2 * 999) {
        for (size_t t = 0; t + 1 < 999; t++) {
            ASSERT_EQ(windows[w + t + 1], windows[w + 999 + t]);
        }
    }
    EXPECT_EQ(lls_tokenizer_close(tokenizer), LLS_OK);
}

TEST_F(Pipeline, ErrorsOfShardsReachNext) {
    EXPECT_EQ(firstNext(options({"/no/such/shard"})), LLS_NOT_FOUND);
    EXPECT_NE(std::string(lls_last_error()).find("/no/such/shard"), std::string::npos);
    EXPECT_EQ(firstNext(options({file("odd", "abc")})), LLS_FILE);
    EXPECT_EQ(firstNext(options({file("big", std::string(400, '\xFF'))}, "u32")), LLS_FILE);
    EXPECT_EQ(firstNext(options({file("empty", "")})), LLS_FILE);
    EXPECT_EQ(firstNext(options({folder_.string()})), LLS_FILE);
    lls_handle tokenizer = 0;
    std::string learned = file("learn.txt", "abc");
    ASSERT_EQ(lls_tokenizer_load(learned.c_str(), "char", &tokenizer), LLS_OK) << lls_last_error();
    lls_pipeline_options o = options({file("bad.txt", "abc\xFF" "abc")}, "text");
    o.tokenizer = tokenizer;
    EXPECT_EQ(firstNext(o), LLS_FILE);
    o = options({file("good.txt", "abcabcabc")}, "text");
    o.tokenizer = 12345678;                                      // a handle of nothing
    EXPECT_EQ(firstNext(o), LLS_INVALID);
    lls_tokenizer_close(tokenizer);
}

TEST_F(Pipeline, BadOptionsAreRefused) {
    lls_handle pipeline = 0;
    EXPECT_EQ(lls_pipeline_open(nullptr, &pipeline), LLS_INVALID);
    std::string path = shard("a", 0, 100);
    lls_pipeline_options good = options({path});
    EXPECT_EQ(lls_pipeline_open(&good, nullptr), LLS_INVALID);
    auto refused = [&](auto change) {
        lls_pipeline_options o = good;
        change(o);
        return lls_pipeline_open(&o, &pipeline) == LLS_INVALID && std::strlen(lls_last_error()) > 20;
    };
    EXPECT_TRUE(refused([](auto& o) { o.size--; }));
    EXPECT_TRUE(refused([](auto& o) { o.paths = nullptr; }));
    EXPECT_TRUE(refused([](auto& o) { o.kind = nullptr; }));
    EXPECT_TRUE(refused([](auto& o) { o.kind = "u8"; }));
    EXPECT_TRUE(refused([](auto& o) { o.kind = "text"; }));
    EXPECT_TRUE(refused([](auto& o) { o.tokenizer = 1; }));
    for (int32_t bad : {0, -1, INT32_MIN}) {
        EXPECT_TRUE(refused([&](auto& o) { o.path_count = bad; }));
        EXPECT_TRUE(refused([&](auto& o) { o.batch = bad; }));
        EXPECT_TRUE(refused([&](auto& o) { o.context_length = bad; }));
        EXPECT_TRUE(refused([&](auto& o) { o.threads = bad; }));
        EXPECT_TRUE(refused([&](auto& o) { o.prefetch = bad; }));
    }
    EXPECT_TRUE(refused([](auto& o) { o.epochs = -1; }));
    EXPECT_TRUE(refused([](auto& o) { o.batch = o.prefetch = o.context_length = INT32_MAX; }));
    const char* missing[1] = {nullptr};
    EXPECT_TRUE(refused([&](auto& o) { o.paths = missing; }));
    lls_pipeline_defaults(nullptr);
    EXPECT_EQ(lls_pipeline_stats_of(77, nullptr), LLS_INVALID);
    EXPECT_EQ(lls_pipeline_close(0), LLS_OK);
}

TEST_F(Pipeline, FailedAllocationsGiveAnErrorAndLeaveNothing) {
    std::string path = shard("a", 0, 100);
    std::string learned = file("learn.txt", "abc"), text = file("text.txt", std::string(2000, 'a'));
    lls_handle tokenizer = 0;
    ASSERT_EQ(lls_tokenizer_load(learned.c_str(), "char", &tokenizer), LLS_OK);
    for (bool ofText : {false, true}) {
        for (int n = 1; n <= 20; n++) {
            lls_pipeline_options o = ofText ? options({text}, "text") : options({path});
            o.tokenizer = ofText ? tokenizer : 0;
            lls_handle pipeline = 0;
            ASSERT_EQ(lls_memory_fail_at(n), LLS_OK);
            lls_status status = lls_pipeline_open(&o, &pipeline);
            if (status == LLS_OK) {
                int32_t inputs[12], targets[12], end = 0;
                status = lls_pipeline_next(pipeline, inputs, targets, &end);
                EXPECT_EQ(lls_pipeline_close(pipeline), LLS_OK);
            }
            EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY) << lls_last_error();
            if (n <= o.prefetch) {                                // the batches' own memory comes first
                EXPECT_EQ(status, LLS_OUT_OF_MEMORY) << n;
            }
            lls_memory_fail_at(0);
            EXPECT_EQ(owned("pipeline").live_bytes, before_) << n;
        }
    }
    lls_tokenizer_close(tokenizer);
}

TEST_F(Pipeline, ClosingWakesAConsumerThatWaits) {
    // A text that takes long to encode.
    std::string learned = file("learn.txt", "abc"), text = file("text.txt", std::string(20 << 20, 'a'));
    lls_handle tokenizer = 0, pipeline = 0;
    ASSERT_EQ(lls_tokenizer_load(learned.c_str(), "char", &tokenizer), LLS_OK);
    lls_pipeline_options o = options({text}, "text");
    o.tokenizer = tokenizer;
    ASSERT_EQ(lls_pipeline_open(&o, &pipeline), LLS_OK);
    lls_status status = LLS_OK;
    std::thread consumer([&] {
        int32_t inputs[12], targets[12], end = 0;
        while (status == LLS_OK) {
            status = lls_pipeline_next(pipeline, inputs, targets, &end);
            if (end) {
                break;
            }
        }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(lls_pipeline_close(pipeline), LLS_OK);
    consumer.join();
    EXPECT_TRUE(status == LLS_CANCELLED || status == LLS_INVALID) << status;     // waiting while it was closed, or asking after that
    lls_tokenizer_close(tokenizer);
}
