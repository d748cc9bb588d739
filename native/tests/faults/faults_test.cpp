// The n-th allocation fails, n from 1 on, in everything that the C surface does: that of a tensor (lls_memory_fail_at) and that of anything else
// (operator new). Each call gives LLS_OUT_OF_MEMORY or does its work; nothing crashes, nothing stays, and the same call works afterwards.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include "llmsys.h"
#include "tests/faults/failing_new.h"
#include "tests/files/model_bytes.h"
#include "tests/memory/rust_layer.h"

using namespace llmsys::test;

namespace faultstest {

namespace {

int64_t live() {
    lls_memory_stats stats{};
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats.live_bytes;
}

using Work = std::function<lls_status()>;
constexpr int64_t MOST = 500;

// The first status that is not LLS_OK; all steps are done, so that closing follows opening.
class Steps {
public:
    bool operator()(lls_status status) {
        if (first_ == LLS_OK) {
            first_ = status;
        }
        return status == LLS_OK;
    }
    lls_status first() const { return first_; }

private:
    lls_status first_ = LLS_OK;
};

void eachFails(const char* what, const Work& work, bool tensors, const std::function<void(int64_t)>& failAt, const std::function<bool()>& hasFailed) {
    ASSERT_EQ(work(), LLS_OK) << what << ": " << lls_last_error();         // what is kept for ever is made now
    int64_t before = live();
    int failures = 0;
    int64_t n = 1;
    for (; n <= MOST; n++) {
        failAt(n);
        lls_status status = work();
        bool reached = hasFailed();
        failAt(0);
        if (status != LLS_OK) {
            failures++;
            ASSERT_EQ(status, LLS_OUT_OF_MEMORY) << what << " " << n << ": " << lls_last_error();
        }
        ASSERT_EQ(live(), before) << what << " " << n;
        ASSERT_TRUE(reached || status == LLS_OK) << what << " " << n;
        if (!reached) {
            break;                                                         // all that it allocates has failed
        }
    }
    EXPECT_EQ(work(), LLS_OK) << what << ": " << lls_last_error();
    EXPECT_TRUE(failures > 0 || !tensors) << what << " allocates no tensor";
}

void everyAllocationFails(const char* what, const Work& work, bool tensors = true) {
    if (tensors) {
        int64_t frees = 0;                                                 // counts attempts: a failure is one that is not counted
        auto attempts = [] {
            lls_memory_stats stats{};
            lls_memory_total(&stats);
            return stats.allocations;
        };
        int64_t wanted = 0;
        eachFails(what, work, true,
                  [&](int64_t n) {
                      if (n > 0) {
                          wanted = n;
                          frees = attempts();
                      }
                      lls_memory_fail_at(n);
                  },
                  [&] { return attempts() - frees >= wanted - 1; });
    }
    eachFails(what, work, false, failNewAt, newHasFailed);
}

struct File {
    std::string path;
    File(const char* name, const std::string& content) : path(testing::TempDir() + "llmsys-faults-" + name) {
        std::ofstream(path, std::ios::binary) << content;
    }
    ~File() { std::remove(path.c_str()); }
};

lls_model_config shape(const char* family) {
    lls_model_config config{};
    std::strcpy(config.family, family);
    config.vocab_size = 61;
    config.context_length = 32;
    config.embedding_dim = 32;
    config.num_layers = 2;
    config.num_heads = config.num_kv_heads = 4;
    config.head_dim = 8;
    config.hidden_dim = 64;
    config.norm_eps = 1e-5f;
    config.rope_theta = 10000;
    config.has_biases = std::strcmp(family, "gpt2") == 0;
    return config;
}

}  // namespace

TEST(EveryAllocation, LoadingAModelOfEachFormat) {
    TinyGpt2 gpt2;
    const std::string llama = tinyLlama().bytes(), bin = llama2c(0), tensors = gpt2.bytes();
    auto load = [](const std::string& bytes, const char* format, const char* config, const char* type) {
        lls_handle model = 0;
        Steps steps;
        if (steps(lls_model_load_bytes(bytes.data(), static_cast<int64_t>(bytes.size()), format, config, type, &model))) {
            steps(lls_model_close(model));
        }
        return steps.first();
    };
    everyAllocationFails("bin", [&] { return load(bin, "bin", nullptr, nullptr); });
    everyAllocationFails("gguf", [&] { return load(llama, "gguf", nullptr, "f32"); });
    everyAllocationFails("safetensors", [&] { return load(tensors, "safetensors", gpt2.config.c_str(), nullptr); });
    File file("model.gguf", llama);
    everyAllocationFails("a file", [&] {
        lls_handle model = 0;
        Steps steps;
        if (steps(lls_model_load(file.path.c_str(), nullptr, &model))) {
            steps(lls_model_close(model));
        }
        return steps.first();
    });
}

TEST(EveryAllocation, Tokenizers) {
    File text("text.txt", "to be or not to be, that is the question");
    for (const char* kind : {"char", "whitespace"}) {
        everyAllocationFails(kind, [&] {
            lls_handle tokenizer = 0;
            Steps steps;
            int32_t ids[64];
            char back[256];
            int64_t count = 0, bytes = 0;
            if (steps(lls_tokenizer_load(text.path.c_str(), kind, &tokenizer))) {
                if (steps(lls_tokenizer_encode(tokenizer, "to be", 5, 1, ids, 64, &count))) {
                    steps(lls_tokenizer_decode(tokenizer, ids, count, back, sizeof back, &bytes));
                }
                steps(lls_tokenizer_close(tokenizer));
            }
            return steps.first();
        }, false);
    }
}

TEST(EveryAllocation, GenerationBatchesAndTraces) {
    lls_model_config config = shape("llama");
    lls_handle model = 0;
    ASSERT_EQ(lls_model_random(&config, "q8_0", 3, &model), LLS_OK) << lls_last_error();
    std::vector<int32_t> ids = {1, 2, 3, 4, 5, 6, 7, 8};
    std::vector<int32_t> written(2 * 3);
    std::vector<float> logits(8 * 61);
    everyAllocationFails("session", [&] {
        lls_generation_options how;
        lls_generation_defaults(&how);
        how.max_tokens = 4;
        how.temperature = 0.8;
        how.top_k = 20;
        how.top_p = 0.9;
        how.alternatives = 3;
        how.prompt_scores = 2;
        how.slide = 1;
        lls_handle session = 0;
        Steps steps;
        if (steps(lls_session_open(model, ids.data(), 8, &how, &session))) {
            lls_token token{};
            for (int i = 0; i < 4; i++) {
                steps(lls_session_next(session, &token));
            }
            steps(lls_session_close(session));
        }
        return steps.first();
    });
    everyAllocationFails("batch", [&] { return lls_generate_batch(model, ids.data(), 2, 4, 3, written.data()); });
    everyAllocationFails("logits", [&] { return lls_model_logits(model, ids.data(), 8, logits.data()); });
    everyAllocationFails("trace", [&] {
        return lls_model_trace(model, ids.data(), 8, logits.data(), [](void*, const char*, const float*, const int64_t*, int32_t) {}, nullptr);
    });
    everyAllocationFails("random model", [&] {
        lls_handle made = 0;
        lls_model_config gpt2 = shape("gpt2");
        Steps steps;
        if (steps(lls_model_random(&gpt2, "q4_0", 1, &made))) {
            steps(lls_model_close(made));
        }
        return steps.first();
    });
    EXPECT_EQ(lls_model_close(model), LLS_OK);
}

TEST(EveryAllocation, ATrainingStep) {
    const std::string text = "to be or not to be, that is the question";
    lls_training_options options;
    lls_training_defaults(&options);
    options.context_length = 8;
    options.embedding_dim = 16;
    options.num_layers = 1;
    options.num_heads = 2;
    options.batch = 2;
    everyAllocationFails("trainer", [&] {
        lls_handle trainer = 0, model = 0, tokenizer = 0;
        Steps steps;
        float loss = 0;
        if (steps(lls_trainer_open(text.data(), static_cast<int64_t>(text.size()), &options, &trainer))) {
            steps(lls_trainer_step(trainer, &loss, nullptr));
            if (steps(lls_trainer_model(trainer, &model, &tokenizer))) {
                steps(lls_model_close(model));
                steps(lls_tokenizer_close(tokenizer));
            }
            steps(lls_trainer_close(trainer));
        }
        return steps.first();
    });
}

TEST(EveryAllocation, ATape) {
    const std::vector<float> numbers(4 * 6, 0.5f);
    everyAllocationFails("tape", [&] {
        lls_handle tape = 0;
        Steps steps;
        if (!steps(lls_tape_open(&tape))) {
            return steps.first();
        }
        const int64_t x[] = {4, 6}, y[] = {6, 4};
        int32_t a = 0, b = 0, c = 0, d = 0, loss = 0;
        bool made = steps(lls_tape_tensor(tape, numbers.data(), x, 2, 1, &a)) && steps(lls_tape_tensor(tape, numbers.data(), y, 2, 1, &b));
        const int32_t factors[] = {a, b};
        made = made && steps(lls_tape_apply(tape, "matmul", factors, 2, nullptr, 0, nullptr, 0, &c));
        made = made && steps(lls_tape_apply(tape, "gelu", &c, 1, nullptr, 0, nullptr, 0, &d));
        made = made && steps(lls_tape_apply(tape, "softmax", &d, 1, nullptr, 0, nullptr, 0, &c));
        made = made && steps(lls_tape_apply(tape, "sum", &c, 1, nullptr, 0, nullptr, 0, &loss));
        if (made) {
            steps(lls_tape_backward(tape, loss));
        }
        steps(lls_tape_close(tape));
        return steps.first();
    });
}

// Large enough that scratch is packed beside the stack.
TEST(EveryAllocation, ProductsOfEveryImplementation) {
    constexpr int64_t N = 160;
    std::vector<float> a(N * N, 1), b(N * N, 1), c(N * N);
    lls_matrix left{a.data(), N, N, N, 1}, right{b.data(), N, N, 1, N}, result{c.data(), N, N, N, 1};
    std::vector<unsigned char> blocks(N * N / 32 * 34);
    lls_weights weights{b.data(), LLS_F32, N, N}, quantized{blocks.data(), LLS_Q8_0, N, N};
    int32_t count = 0;
    ASSERT_EQ(lls_implementations("matmul", &count), LLS_OK);
    for (int32_t i = 0; i < count; i++) {
        lls_implementation_info info;
        ASSERT_EQ(lls_implementation("matmul", i, &info), LLS_OK);
        if (info.usable == 0) {
            continue;
        }
        SCOPED_TRACE(info.name);
        eachFails(info.name, [&] { return lls_matmul(info.name, &left, &right, nullptr, &result, 0); }, false, failNewAt, newHasFailed);
        int64_t before = live();
        int failures = 0;
        for (int64_t n = 1; n <= 20; n++) {
            lls_memory_fail_at(n);
            lls_status status = lls_matmul(info.name, &left, &right, nullptr, &result, 0);
            lls_memory_fail_at(0);
            failures += status != LLS_OK;
            EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY) << lls_last_error();
            EXPECT_EQ(live(), before);
        }
        bool packs = std::string(info.name).find("packed") != std::string::npos;
        EXPECT_TRUE(failures > 0 || !packs) << "its scratch is not asked from the allocator";
        for (const lls_weights* each : {&weights, &quantized}) {
            for (int64_t n = 1; n <= 20; n++) {
                lls_memory_fail_at(n);
                lls_status status = lls_matmul_weights(info.name, &left, each, nullptr, &result);
                lls_memory_fail_at(0);
                EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY || status == LLS_UNSUPPORTED) << lls_last_error();
                EXPECT_EQ(live(), before);
            }
        }
        ASSERT_EQ(lls_matmul(info.name, &left, &right, nullptr, &result, 0), LLS_OK);
        EXPECT_EQ(c[N * N - 1], N);
    }
    everyAllocationFails("arranged", [&] {
        lls_handle arranged = 0;
        Steps steps;
        if (steps(lls_arranged_create(&quantized, &arranged))) {
            steps(lls_arranged_multiply(arranged, &left, nullptr, &result));
            steps(lls_arranged_close(arranged));
        }
        return steps.first();
    });
}

TEST(EveryAllocation, AttentionForwardAndBackward) {
    std::vector<float> x(2 * 40 * 8, 0.1f), y = x, gradQ = x, gradK = x, gradV = x, lse(2 * 40);
    lls_heads q{x.data(), 1, 2, 40, 8, 640, 320, 8}, out = q, dq = q, dk = q, dv = q;
    out.data = y.data();
    dq.data = gradQ.data();
    dk.data = gradK.data();
    dv.data = gradV.data();
    lls_mask mask{};
    mask.causal = 1;
    everyAllocationFails("attention", [&] {
        Steps steps;
        steps(lls_attention(nullptr, &q, &q, &q, &mask, &out, lse.data()));
        steps(lls_attention_backward(nullptr, &q, &q, &q, &mask, &out, lse.data(), &out, &dq, &dk, &dv));
        return steps.first();
    });
}

TEST(EveryAllocation, APipeline) {
    NEEDS_RUST();
    File text("pipeline.txt", "to be or not to be, that is the question: whether it is nobler in the mind to suffer");
    lls_handle tokenizer = 0;
    ASSERT_EQ(lls_tokenizer_load(text.path.c_str(), "char", &tokenizer), LLS_OK);
    const char* path = text.path.c_str();
    auto work = [&] {
        lls_pipeline_options options;
        lls_pipeline_defaults(&options);
        options.paths = &path;
        options.path_count = 1;
        options.kind = "text";
        options.tokenizer = tokenizer;
        options.batch = 2;
        options.context_length = 4;
        lls_handle pipeline = 0;
        Steps steps;
        int32_t inputs[8], targets[8], end = 0;
        if (steps(lls_pipeline_open(&options, &pipeline))) {
            steps(lls_pipeline_next(pipeline, inputs, targets, &end));
            steps(lls_pipeline_close(pipeline));
        }
        return steps.first();
    };
    ASSERT_EQ(work(), LLS_OK) << lls_last_error();
    int64_t before = live();
    for (int64_t n = 1; n <= 60; n++) {
        for (bool objects : {false, true}) {
            lls_memory_fail_at(objects ? 0 : n);
            failNewAt(objects ? n : 0);
            lls_status status = work();
            lls_memory_fail_at(0);
            failNewAt(0);
            EXPECT_TRUE(status == LLS_OK || status == LLS_OUT_OF_MEMORY) << n << ": status " << status << ", " << lls_last_error();
            EXPECT_EQ(live(), before) << n;
        }
    }
    EXPECT_EQ(lls_tokenizer_close(tokenizer), LLS_OK);
}

}  // namespace faultstest
