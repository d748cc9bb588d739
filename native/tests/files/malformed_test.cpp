// Thousands of damaged files, seeded: each is refused with one message, or loads as a model that computes; memory comes back to the byte.
#include <gtest/gtest.h>

#include "llmsys.h"
#include "tests/files/damage.h"
#include "tests/files/model_bytes.h"

using namespace llmsys::test;

namespace {

int64_t live() {
    lls_memory_stats stats;
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats.live_bytes;
}

struct Sample {
    const char* format;
    std::string bytes;
    std::string config;
};

}  // namespace

TEST(Malformed, EachIsRefusedOrComputesAndNothingIsKept) {
    TinyGpt2 gpt2;
    const Sample samples[] = {{"gguf", tinyLlama().bytes(), ""}, {"bin", llama2c(0), ""}, {"bin", llama2c(1, false), ""}, {"bin", llama2c(2), ""},
                              {"safetensors", gpt2.bytes(), gpt2.config}};
    int refused = 0;
    int read = 0;
    lls_memory_stats stats;
    for (const Sample& sample : samples) {
        lls_handle model = 0;
        const char* config = sample.config.empty() ? nullptr : sample.config.c_str();
        ASSERT_EQ(lls_model_load_bytes(sample.bytes.data(), static_cast<int64_t>(sample.bytes.size()), sample.format, config, nullptr, &model),
                  LLS_OK)
            << lls_last_error();
        EXPECT_EQ(lls_model_close(model), LLS_OK);
        int64_t before = live();
        std::mt19937_64 random(7);
        for (int i = 0; i < rounds(1000); i++) {
            std::string bad = damaged(sample.bytes, random);
            Bounds bounds;
            lls_status status = lls_model_load_bytes(bad.data(), static_cast<int64_t>(bad.size()), sample.format, config, nullptr, &model);
            EXPECT_TRUE(bounds.kept()) << sample.format << " " << i;
            if (status == LLS_OK) {
                read++;
                lls_model_config shape;
                EXPECT_EQ(lls_model_config_of(model, &shape), LLS_OK);
                std::vector<float> logits(static_cast<size_t>(shape.vocab_size));
                int32_t id = 0;
                status = lls_model_logits(model, &id, 1, logits.data());
                EXPECT_TRUE(status == LLS_OK || status == LLS_NUMERIC) << lls_last_error();
                EXPECT_EQ(lls_model_close(model), LLS_OK);
            } else {
                refused++;
                EXPECT_TRUE(status == LLS_FILE || status == LLS_UNSUPPORTED) << sample.format << " " << i << ": " << lls_last_error();
                EXPECT_NE(std::string(lls_last_error()).find("why: "), std::string::npos);
            }
            EXPECT_EQ(live(), before);
        }
    }
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    EXPECT_LT(stats.peak_bytes, int64_t{64} << 20);
    EXPECT_GT(refused, 1500);
    EXPECT_GT(read, 100);                                            // damage that hits padding or weights
}

TEST(Malformed, ConfigurationsAreRefusedOrRead) {
    TinyGpt2 gpt2;
    std::string bytes = gpt2.bytes();
    std::mt19937_64 random(11);
    int64_t before = live();
    for (int i = 0; i < rounds(1500); i++) {
        Bounds bounds;
        std::string config = gpt2.config;
        for (uint64_t times = 1 + random() % 3; times > 0; times--) {
            size_t at = random() % config.size();
            const char* bits[] = {"9", "-", "null", "{", "]", "1e99", "\"", "\\u12", ",", "true"};
            random() % 2 == 0 ? config.replace(at, 1, bits[random() % 10]) : config.insert(at, bits[random() % 10]);
        }
        lls_handle model = 0;
        lls_status status = lls_model_load_bytes(bytes.data(), static_cast<int64_t>(bytes.size()), "safetensors", config.c_str(), nullptr, &model);
        EXPECT_TRUE(status == LLS_OK || status == LLS_FILE || status == LLS_UNSUPPORTED) << config << "\n" << lls_last_error();
        if (status == LLS_OK) {
            EXPECT_EQ(lls_model_close(model), LLS_OK);
        }
        EXPECT_TRUE(bounds.kept()) << config;
        EXPECT_EQ(live(), before);
    }
}

TEST(Misaligned, DataMayBeginAtAnyByte) {
    TinyGpt2 gpt2;
    std::string good = gpt2.bytes();
    std::vector<int32_t> ids = {1, 2, 3};
    auto logits = [&](const char* bytes, size_t size, const char* format, const char* config) {
        lls_handle model = 0;
        EXPECT_EQ(lls_model_load_bytes(bytes, static_cast<int64_t>(size), format, config, nullptr, &model), LLS_OK) << lls_last_error();
        std::vector<float> all(3 * 11);
        EXPECT_EQ(lls_model_logits(model, ids.data(), 3, all.data()), LLS_OK);
        EXPECT_EQ(lls_model_close(model), LLS_OK);
        return all;
    };
    std::vector<float> expected = logits(good.data(), good.size(), "safetensors", gpt2.config.c_str());
    std::string llama = tinyLlama().bytes();
    std::vector<float> expectedLlama = logits(llama.data(), llama.size(), "gguf", nullptr);
    for (size_t shift : {1, 2, 3}) {
        std::string moved = std::string(shift, 'x') + good;
        EXPECT_EQ(logits(moved.data() + shift, good.size(), "safetensors", gpt2.config.c_str()), expected);
        moved = std::string(shift, 'x') + llama;
        EXPECT_EQ(logits(moved.data() + shift, llama.size(), "gguf", nullptr), expectedLlama);
    }
}
