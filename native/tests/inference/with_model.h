// A small random model behind the C surface, and what tests ask of sessions.
#pragma once

#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "llmsys.h"

namespace llmsys::test {

inline int64_t live() {
    lls_memory_stats stats;
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats.live_bytes;
}

inline lls_generation_options options(int32_t tokens) {
    lls_generation_options options;
    lls_generation_defaults(&options);
    options.max_tokens = tokens;
    return options;
}

inline lls_model_config shape(const char* family, int32_t context = 64) {
    lls_model_config config{};
    std::strncpy(config.family, family, sizeof config.family - 1);
    config.vocab_size = 61;
    config.context_length = context;
    config.embedding_dim = 32;
    config.num_layers = 2;
    config.num_heads = 4;
    config.num_kv_heads = std::string(family) == "llama" ? 2 : 4;
    config.head_dim = 8;
    config.hidden_dim = 64;
    config.norm_eps = 1e-5f;
    config.rope_theta = 10000;
    config.has_biases = std::string(family) == "gpt2";
    return config;
}

class Opened {
public:
    explicit Opened(const char* family = "llama", int32_t context = 64, const char* type = nullptr) {
        lls_model_config config = shape(family, context);
        EXPECT_EQ(lls_model_random(&config, type, 5, &model), LLS_OK) << lls_last_error();
    }
    ~Opened() { EXPECT_EQ(lls_model_close(model), LLS_OK); }
    Opened(const Opened&) = delete;

    lls_handle session(const std::vector<int32_t>& prompt, const lls_generation_options& how) const {
        lls_handle session = 0;
        EXPECT_EQ(lls_session_open(model, prompt.data(), static_cast<int64_t>(prompt.size()), &how, &session), LLS_OK) << lls_last_error();
        return session;
    }

    // Ids to the end; stop: why it ended.
    std::vector<int32_t> write(const std::vector<int32_t>& prompt, const lls_generation_options& how, std::string* stop = nullptr) const {
        lls_handle open = session(prompt, how);
        std::vector<int32_t> ids = rest(open, stop);
        EXPECT_EQ(lls_session_close(open), LLS_OK);
        return ids;
    }

    static std::vector<int32_t> rest(lls_handle session, std::string* stop = nullptr) {
        std::vector<int32_t> ids;
        lls_token token{0, 0, nullptr};
        while (token.stop == nullptr) {
            lls_status status = lls_session_next(session, &token);
            EXPECT_EQ(status, LLS_OK) << lls_last_error();
            if (status != LLS_OK) {
                break;
            }
            if (token.id >= 0) {
                ids.push_back(token.id);
            }
        }
        if (stop != nullptr) {
            *stop = token.stop == nullptr ? "" : token.stop;
        }
        return ids;
    }

    std::vector<float> logits(const std::vector<int32_t>& ids) const {
        std::vector<float> all(ids.size() * 61);
        EXPECT_EQ(lls_model_logits(model, ids.data(), static_cast<int64_t>(ids.size()), all.data()), LLS_OK) << lls_last_error();
        return all;
    }

    lls_handle model = 0;
};

}  // namespace llmsys::test
