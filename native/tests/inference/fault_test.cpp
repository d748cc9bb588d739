// The n-th allocation fails, n from 1 to 500: every call gives an error and keeps nothing, and the same call works when memory is there again.
#include "tests/files/model_bytes.h"
#include "tests/inference/with_model.h"

using namespace llmsys::test;

namespace {

struct Sample {
    const char* format;
    std::string bytes;
    std::string config;
    const char* type;
};

}  // namespace

TEST(Fault, LoadingGivesAnErrorAndKeepsNothing) {
    TinyGpt2 gpt2;
    const Sample samples[] = {{"gguf", tinyLlama().bytes(), "", nullptr}, {"bin", llama2c(2, false), "", "f16"},
                              {"safetensors", gpt2.bytes(), gpt2.config, "bf16"}};
    for (const Sample& sample : samples) {
        int failures = 0;
        for (int64_t n = 1; n <= 500; n++) {
            int64_t before = live();
            lls_handle model = 0;
            ASSERT_EQ(lls_memory_fail_at(n), LLS_OK);
            lls_status status = lls_model_load_bytes(sample.bytes.data(), static_cast<int64_t>(sample.bytes.size()), sample.format,
                                                     sample.config.empty() ? nullptr : sample.config.c_str(), sample.type, &model);
            ASSERT_EQ(lls_memory_fail_at(0), LLS_OK);
            if (status == LLS_OK) {
                EXPECT_EQ(lls_model_close(model), LLS_OK);
            } else {
                failures++;
                EXPECT_EQ(status, LLS_OUT_OF_MEMORY) << lls_last_error();
                EXPECT_EQ(model, 0u);
            }
            EXPECT_EQ(live(), before) << n;
        }
        EXPECT_GT(failures, 10);
    }
}

TEST(Fault, ASessionGoesOnWhenMemoryIsThereAgain) {
    Opened model;
    lls_generation_options how = options(6);
    how.temperature = 0.8;
    how.top_p = 0.9;
    how.top_k = 20;
    how.alternatives = 4;
    how.prompt_scores = 1;
    std::vector<int32_t> prompt(30, 3);
    std::vector<int32_t> undisturbed = model.write(prompt, how);
    int64_t before = live();
    int failures = 0;
    for (int64_t n = 1; n <= 500; n++) {
        ASSERT_EQ(lls_memory_fail_at(n), LLS_OK);
        lls_handle session = 0;
        lls_status status = lls_session_open(model.model, prompt.data(), 30, &how, &session);
        if (status != LLS_OK) {
            failures++;
            EXPECT_EQ(status, LLS_OUT_OF_MEMORY);
            EXPECT_EQ(live(), before);
            ASSERT_EQ(lls_memory_fail_at(0), LLS_OK);
            continue;
        }
        std::vector<int32_t> ids;
        lls_token token{0, 0, nullptr};
        while (token.stop == nullptr) {
            status = lls_session_next(session, &token);
            if (status != LLS_OK) {
                failures++;
                EXPECT_EQ(status, LLS_OUT_OF_MEMORY) << lls_last_error();
                token.stop = nullptr;
            } else if (token.id >= 0) {
                ids.push_back(token.id);
            }
        }
        ASSERT_EQ(lls_memory_fail_at(0), LLS_OK);
        EXPECT_EQ(ids, undisturbed) << n;
        EXPECT_EQ(lls_session_close(session), LLS_OK);
        EXPECT_EQ(live(), before) << n;
    }
    EXPECT_GT(failures, 10);
}

TEST(Fault, TheOtherCallsGiveAnError) {
    Opened model;
    std::vector<int32_t> ids = {1, 2, 3, 4};
    std::vector<float> logits(4 * 61);
    std::vector<int32_t> written(2 * 3);
    int64_t before = live();
    for (int64_t n = 1; n <= 120; n++) {
        lls_memory_fail_at(n);
        lls_status status = lls_model_logits(model.model, ids.data(), 4, logits.data());
        EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY);
        lls_memory_fail_at(n);
        status = lls_generate_batch(model.model, ids.data(), 2, 2, 3, written.data());
        EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY);
        lls_memory_fail_at(n);
        status = lls_model_trace(model.model, ids.data(), 4, logits.data(),
                                 [](void*, const char*, const float*, const int64_t*, int32_t) {}, nullptr);
        EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY);
        lls_handle random = 0;
        lls_model_config config = shape("gpt2");
        lls_memory_fail_at(n);
        status = lls_model_random(&config, "q8_0", 1, &random);
        EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY);
        lls_memory_fail_at(0);
        EXPECT_EQ(lls_model_close(random), LLS_OK);
        EXPECT_EQ(live(), before) << n;
    }
}
