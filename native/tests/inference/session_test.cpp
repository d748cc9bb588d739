// A session writes what the model's logits say, ends for the reason it should, takes the memory that was told before, and gives it back.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

#include "tests/inference/with_model.h"

using namespace llmsys::test;

namespace {

int32_t argmax(const float* logits) { return static_cast<int32_t>(std::max_element(logits, logits + 61) - logits); }

std::vector<int32_t> joined(std::vector<int32_t> a, const std::vector<int32_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

TEST(Session, WritesTheLikeliestTokenOfAFreshReading) {
    for (const char* family : {"llama", "gpt2"}) {
        for (const char* type : {"as-is", "q8_0", "q4_0", "f16", "bf16"}) {
            Opened model(family, 64, type);
            std::vector<int32_t> text = {7, 3, 60};
            std::string stop;
            std::vector<int32_t> written = model.write(text, options(12), &stop);
            EXPECT_EQ(stop, "length");
            ASSERT_EQ(written.size(), 12u);
            std::vector<float> logits = model.logits(joined(text, written));
            for (size_t t = 0; t < written.size(); t++) {
                const float* row = logits.data() + (text.size() - 1 + t) * 61;
                EXPECT_NEAR(row[argmax(row)], row[written[t]], 1e-4f) << family << " " << type << " " << t;
            }
        }
    }
}

TEST(Session, EndsForTheReasonItShould) {
    Opened model("llama", 16);
    std::string stop;
    std::vector<int32_t> prompt = {1, 2, 3};
    std::vector<int32_t> all = model.write(prompt, options(100), &stop);
    EXPECT_EQ(stop, "context");
    EXPECT_EQ(all.size(), 14u);                                  // the last is known and not read
    EXPECT_EQ(model.write(prompt, options(0), &stop).size(), 0u);
    EXPECT_EQ(stop, "length");
    lls_generation_options how = options(100);
    how.stop_tokens = &all[5];
    how.stop_token_count = 1;
    std::vector<int32_t> until = model.write(prompt, how, &stop);
    EXPECT_EQ(stop, "stop");
    EXPECT_EQ(until, std::vector<int32_t>(all.begin(), std::find(all.begin(), all.end(), all[5])));
    lls_handle session = model.session(prompt, options(100));
    lls_token token;
    EXPECT_EQ(lls_session_next(session, &token), LLS_OK);
    EXPECT_EQ(token.id, all[0]);
    EXPECT_TRUE(std::isnan(token.log_probability));
    EXPECT_EQ(lls_session_cancel(session), LLS_OK);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(lls_session_next(session, &token), LLS_OK);
        EXPECT_EQ(token.id, -1);
        EXPECT_STREQ(token.stop, "cancelled");
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    EXPECT_EQ(lls_session_next(session, &token), LLS_INVALID);
    EXPECT_EQ(lls_session_close(session), LLS_INVALID);
}

TEST(Session, SlidesOverItsLastHalf) {
    for (const char* family : {"llama", "gpt2"}) {
        Opened model(family, 16);
        lls_generation_options how = options(40);
        how.slide = 1;
        std::string stop;
        std::vector<int32_t> prompt = {5, 6, 7, 8};
        std::vector<int32_t> text = joined(prompt, model.write(prompt, how, &stop));
        EXPECT_EQ(stop, "length");
        ASSERT_EQ(text.size(), 44u);
        // The window is 4 tokens at first; when it has 17, its last 8 are read again.
        size_t begin = 0;
        for (size_t end = 4; end < text.size(); end++) {
            if (end - begin > 16) {
                begin = end - 8;
            }
            std::vector<float> logits = model.logits({text.data() + begin, text.data() + end});
            const float* row = logits.data() + logits.size() - 61;
            EXPECT_NEAR(row[argmax(row)], row[text[end]], 1e-4f) << end;
        }
        std::vector<int32_t> longer(50, 9);                      // a prompt beyond the context begins with its last half
        EXPECT_EQ(model.write(longer, how), model.write(std::vector<int32_t>(8, 9), how));
    }
}

TEST(Session, TellsLogProbabilities) {
    Opened model;
    std::vector<int32_t> prompt(40);
    for (size_t i = 0; i < prompt.size(); i++) {
        prompt[i] = static_cast<int32_t>(i * 7 % 61);
    }
    lls_generation_options how = options(3);
    how.alternatives = 5;
    how.prompt_scores = 1;
    lls_handle session = model.session(prompt, how);
    int64_t count = 0;
    EXPECT_EQ(lls_session_prompt_scores(session, nullptr, 0, &count), LLS_STATE);
    std::vector<float> row(61);
    EXPECT_EQ(lls_session_logits(session, row.data()), LLS_STATE);
    lls_token token;
    ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
    std::vector<float> logits = model.logits(prompt);
    auto logProbability = [&](size_t t, int32_t id) {
        double sum = 0;
        for (size_t v = 0; v < 61; v++) {
            sum += std::exp(static_cast<double>(logits[t * 61 + v]));
        }
        return static_cast<double>(logits[t * 61 + static_cast<size_t>(id)]) - std::log(sum);
    };
    std::vector<float> scores(prompt.size());
    EXPECT_EQ(lls_session_prompt_scores(session, scores.data(), 3, &count), LLS_SHAPE);
    EXPECT_EQ(lls_session_prompt_scores(session, scores.data(), static_cast<int64_t>(scores.size()), &count), LLS_OK);
    EXPECT_EQ(count, 40);
    EXPECT_TRUE(std::isnan(scores[0]));
    for (size_t t = 1; t < prompt.size(); t++) {
        EXPECT_NEAR(static_cast<double>(scores[t]), logProbability(t - 1, prompt[t]), 1e-4) << t;
    }
    EXPECT_NEAR(static_cast<double>(token.log_probability), logProbability(39, token.id), 1e-4);
    ASSERT_EQ(lls_session_logits(session, row.data()), LLS_OK);
    for (size_t v = 0; v < 61; v++) {
        EXPECT_NEAR(row[v], logits[39 * 61 + v], 1e-4f);
    }
    int32_t ids[5];
    float chances[5];
    int32_t named = 0;
    ASSERT_EQ(lls_session_alternatives(session, ids, chances, 5, &named), LLS_OK);
    ASSERT_EQ(named, 5);
    EXPECT_EQ(ids[0], token.id);
    for (int i = 0; i < 5; i++) {
        EXPECT_NEAR(static_cast<double>(chances[i]), logProbability(39, ids[i]), 1e-4);
        EXPECT_TRUE(i == 0 || chances[i] <= chances[i - 1]);
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);

    how.max_tokens = 0;                                          // the prompt alone
    how.prompt_scores = 2;                                       // and the likeliest in its places
    session = model.session(prompt, how);
    EXPECT_EQ(lls_session_prompt_alternatives(session, nullptr, nullptr, 0, &count), LLS_STATE);
    ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
    EXPECT_STREQ(token.stop, "length");
    std::vector<float> again(prompt.size());
    ASSERT_EQ(lls_session_prompt_scores(session, again.data(), 40, &count), LLS_OK);
    EXPECT_TRUE(std::equal(again.begin() + 1, again.end(), scores.begin() + 1));
    std::vector<int32_t> likely(prompt.size() * 5);
    std::vector<float> likelyScores(prompt.size() * 5);
    EXPECT_EQ(lls_session_prompt_alternatives(session, likely.data(), likelyScores.data(), 199, &count), LLS_SHAPE);
    ASSERT_EQ(lls_session_prompt_alternatives(session, likely.data(), likelyScores.data(), 200, &count), LLS_OK);
    EXPECT_EQ(count, 200);
    for (size_t i = 0; i < 5; i++) {
        EXPECT_EQ(likely[i], -1);
        EXPECT_TRUE(std::isnan(likelyScores[i]));
    }
    for (size_t t = 1; t < prompt.size(); t++) {                 // the same as from the logits of the whole prompt in one pass
        const float* places = logits.data() + (t - 1) * 61;
        std::vector<int32_t> order(61);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return places[a] > places[b]; });
        for (size_t i = 0; i < 5; i++) {
            EXPECT_EQ(likely[t * 5 + i], order[i]) << t << " " << i;
            EXPECT_NEAR(static_cast<double>(likelyScores[t * 5 + i]), logProbability(t - 1, order[i]), 1e-4) << t << " " << i;
        }
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);

    how.prompt_scores = 1;
    session = model.session(prompt, how);
    ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
    EXPECT_EQ(lls_session_prompt_alternatives(session, nullptr, nullptr, 0, &count), LLS_STATE) << "they were not asked for";
    EXPECT_EQ(lls_session_close(session), LLS_OK);
}

TEST(Session, DrawsAreAFunctionOfTheSeed) {
    Opened model;
    lls_generation_options how = options(30);
    how.temperature = 1.5;
    how.seed = 1;
    std::vector<int32_t> first = model.write({1, 2}, how);
    EXPECT_EQ(model.write({1, 2}, how), first);
    how.seed = 2;
    EXPECT_NE(model.write({1, 2}, how), first);
    how.top_k = 1;                                               // one is left, whatever is drawn
    EXPECT_EQ(model.write({1, 2}, how), model.write({1, 2}, options(30)));
    how.top_k = 0;
    how.top_p = 1e-6;
    EXPECT_EQ(model.write({1, 2}, how), model.write({1, 2}, options(30)));
}

// The sampler changes while a text is written: the first tokens are those of the one, the others those of the other from the same text.
TEST(Session, IsChosenOtherwiseFromTheNextTokenOn) {
    Opened model;
    const std::vector<int32_t> text = {7, 3, 60};
    lls_generation_options drawn = options(12);
    drawn.temperature = 1.5;
    drawn.seed = 11;
    lls_handle session = model.session(text, drawn);
    std::vector<int32_t> first;
    for (int i = 0; i < 5; i++) {
        lls_token token;
        ASSERT_EQ(lls_session_next(session, &token), LLS_OK) << lls_last_error();
        first.push_back(token.id);
    }
    ASSERT_EQ(lls_session_sampling(session, 0, 0, 1), LLS_OK) << lls_last_error();
    EXPECT_EQ(lls_session_sampling(session, 0, 0, 1.5), LLS_INVALID);
    const std::vector<int32_t> rest = Opened::rest(session);
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    std::vector<int32_t> whole = model.write(text, drawn);
    EXPECT_EQ(first, std::vector<int32_t>(whole.begin(), whole.begin() + 5));
    EXPECT_EQ(rest, model.write(joined(text, first), options(7)));
    EXPECT_NE(rest, std::vector<int32_t>(whole.begin() + 5, whole.end()));
}

TEST(Session, TakesTheMemoryThatWasTold) {
    Opened model;
    int64_t before = live();
    for (int32_t tokens : {0, 1, 13, 200}) {
        lls_generation_options how = options(tokens);
        how.slide = 1;
        how.alternatives = tokens % 2 == 0 ? 3 : -1;
        how.prompt_scores = tokens % 3;
        int64_t bytes = 0;
        ASSERT_EQ(lls_session_memory(model.model, 5, &how, &bytes), LLS_OK);
        lls_handle session = model.session({1, 2, 3, 4, 5}, how);
        EXPECT_EQ(live() - before, bytes);
        Opened::rest(session);
        EXPECT_EQ(lls_session_close(session), LLS_OK);
        EXPECT_EQ(live(), before);
    }
}

TEST(Session, AChoiceBetweenTwoTokensServesTheNext) {
    int32_t count = 0;
    ASSERT_EQ(lls_implementations("matmul", &count), LLS_OK);
    std::vector<std::string> names;
    for (int32_t i = 0; i < count; i++) {
        lls_implementation_info info;
        ASSERT_EQ(lls_implementation("matmul", i, &info), LLS_OK);
        if (info.usable && std::string(info.numerics) == "fma-k-ascending") {
            names.push_back(info.name);
        }
    }
    ASSERT_GE(names.size(), 1u);
    Opened model;
    ASSERT_EQ(lls_use("matmul", names.front().c_str()), LLS_OK);
    std::vector<int32_t> alone = model.write({1, 2, 3}, options(40));
    lls_handle session = model.session({1, 2, 3}, options(40));
    std::vector<int32_t> swapped;
    lls_token token{0, 0, nullptr};
    for (size_t i = 0; token.stop == nullptr; i++) {
        ASSERT_EQ(lls_use("matmul", names[i % names.size()].c_str()), LLS_OK);
        ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
        swapped.push_back(token.id);
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    EXPECT_EQ(lls_use("matmul", "auto"), LLS_OK);
    EXPECT_EQ(swapped, alone);                                   // one numerics class, equal bits
}

TEST(Session, RefusesBadInput) {
    Opened model("llama", 16);
    lls_handle session = 0;
    int32_t prompt[] = {1, 2, 3};
    lls_generation_options how = options(4);
    auto open = [&] { return lls_session_open(model.model, prompt, 3, &how, &session); };
    auto with = [&](auto change) {
        lls_generation_options before = how;
        change(how);
        lls_status status = open();
        how = before;
        return status;
    };
    EXPECT_EQ(lls_session_open(model.model + 999, prompt, 3, &how, &session), LLS_INVALID);
    EXPECT_EQ(lls_session_open(model.model, nullptr, 3, &how, &session), LLS_INVALID);
    EXPECT_EQ(lls_session_open(model.model, prompt, 3, nullptr, &session), LLS_INVALID);
    EXPECT_EQ(lls_session_open(model.model, prompt, 3, &how, nullptr), LLS_INVALID);
    EXPECT_EQ(lls_session_open(model.model, prompt, 0, &how, &session), LLS_INVALID);
    EXPECT_EQ(lls_session_open(model.model, prompt, -1, &how, &session), LLS_INVALID);
    std::vector<int32_t> longest(16, 1);
    EXPECT_EQ(lls_session_open(model.model, longest.data(), 16, &how, &session), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.size = 8; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.max_tokens = -1; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.temperature = -1; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.temperature = NAN; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.top_k = -1; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.top_p = 0; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.top_p = 1.5; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.alternatives = 1000000; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.stop_token_count = 1; }), LLS_INVALID);
    EXPECT_EQ(with([](auto& o) { o.stop_token_count = -1; }), LLS_INVALID);
    int32_t foreign = 61;
    EXPECT_EQ(with([&](auto& o) { o.stop_tokens = &foreign; o.stop_token_count = 1; }), LLS_INVALID);
    for (int32_t id : {-1, 61, INT32_MAX}) {
        prompt[1] = id;
        EXPECT_EQ(open(), LLS_INVALID);
    }
    lls_token token;
    EXPECT_EQ(lls_session_next(12345678, &token), LLS_INVALID);
    EXPECT_EQ(lls_session_cancel(12345678), LLS_INVALID);
    EXPECT_EQ(lls_session_close(0), LLS_OK);
    float logits[61 * 17];
    EXPECT_EQ(lls_model_logits(model.model, longest.data(), 17, logits), LLS_INVALID);
    EXPECT_EQ(lls_model_logits(model.model, longest.data(), -1, logits), LLS_INVALID);
    EXPECT_EQ(lls_model_logits(model.model, nullptr, 2, logits), LLS_INVALID);
    EXPECT_EQ(lls_model_logits(model.model, longest.data(), 0, nullptr), LLS_OK);
    EXPECT_EQ(lls_model_tokenizer(model.model, &session), LLS_NOT_FOUND);
    lls_model_config config = shape("llama");
    config.head_dim = 3;
    EXPECT_EQ(lls_model_random(&config, nullptr, 1, &session), LLS_FILE);
    config = shape("bert");
    EXPECT_EQ(lls_model_random(&config, nullptr, 1, &session), LLS_UNSUPPORTED);
    config = shape("llama");
    EXPECT_EQ(lls_model_random(&config, "int3", 1, &session), LLS_UNSUPPORTED);
    EXPECT_EQ(lls_model_load("/no/such/file", nullptr, &session), LLS_NOT_FOUND);
    EXPECT_EQ(lls_model_load(nullptr, nullptr, &session), LLS_INVALID);
    EXPECT_EQ(lls_model_load_bytes("x", 1, "zip", nullptr, nullptr, &session), LLS_INVALID);
}

TEST(Batch, WritesWhatEachSessionWritesAlone) {
    Opened model("gpt2", 64);
    constexpr int64_t BATCH = 7;
    std::vector<int32_t> ids;
    for (int32_t i = 0; i < BATCH * 5; i++) {
        ids.push_back(i * 11 % 61);
    }
    std::vector<int32_t> written(BATCH * 20);
    ASSERT_EQ(lls_generate_batch(model.model, ids.data(), BATCH, 5, 20, written.data()), LLS_OK) << lls_last_error();
    for (int64_t b = 0; b < BATCH; b++) {
        EXPECT_EQ(model.write({ids.begin() + b * 5, ids.begin() + b * 5 + 5}, options(20)),
                  std::vector<int32_t>(written.begin() + b * 20, written.begin() + (b + 1) * 20));
    }
    EXPECT_EQ(lls_generate_batch(model.model, ids.data(), 0, 5, 20, written.data()), LLS_INVALID);
    EXPECT_EQ(lls_generate_batch(model.model, ids.data(), 1, 60, 20, written.data()), LLS_INVALID);
    EXPECT_EQ(lls_generate_batch(model.model, nullptr, 1, 5, 20, written.data()), LLS_INVALID);
}

TEST(Trace, ShowsEachPlaceUnderItsName) {
    for (const char* family : {"llama", "gpt2"}) {
        Opened model(family);
        struct Seen {
            std::vector<std::string> names;
            std::vector<std::vector<int64_t>> extents;
            std::vector<float> pattern, logits;
        } seen;
        std::vector<int32_t> ids = {4, 5, 6};
        std::vector<float> logits(3 * 61);
        ASSERT_EQ(lls_model_trace(model.model, ids.data(), 3, logits.data(),
                                  [](void* self, const char* hook, const float* data, const int64_t* extents, int32_t rank) {
                                      Seen& seen = *static_cast<Seen*>(self);
                                      seen.names.push_back(hook);
                                      seen.extents.emplace_back(extents, extents + rank);
                                      if (std::string(hook) == "blocks.1.attn.hook_pattern") {
                                          seen.pattern.assign(data, data + 4 * 9);
                                      }
                                  },
                                  &seen),
                  LLS_OK);
        EXPECT_EQ(logits, model.logits(ids));
        auto extentsOf = [&](const std::string& name) {
            auto place = std::find(seen.names.begin(), seen.names.end(), name);
            return place == seen.names.end() ? std::vector<int64_t>() : seen.extents[static_cast<size_t>(place - seen.names.begin())];
        };
        using E = std::vector<int64_t>;
        bool llama = std::string(family) == "llama";
        EXPECT_EQ(extentsOf("hook_embed"), (E{1, 3, 32}));
        EXPECT_EQ(extentsOf("hook_pos_embed"), llama ? E{} : (E{1, 3, 32}));
        EXPECT_EQ(extentsOf("blocks.1.ln1.hook_scale"), (E{1, 3, 1}));
        EXPECT_EQ(extentsOf("blocks.1.attn.hook_k"), (E{1, 3, llama ? 2 : 4, 8}));
        EXPECT_EQ(extentsOf("blocks.1.attn.hook_rot_q"), llama ? (E{1, 3, 4, 8}) : E{});
        EXPECT_EQ(extentsOf("blocks.0.attn.hook_attn_scores"), (E{1, 4, 3, 3}));
        EXPECT_EQ(extentsOf("blocks.0.mlp.hook_post"), (E{1, 3, 64}));
        EXPECT_EQ(extentsOf("blocks.0.mlp.hook_pre_linear"), llama ? (E{1, 3, 64}) : E{});
        EXPECT_EQ(extentsOf("blocks.1.hook_resid_post"), (E{1, 3, 32}));
        EXPECT_EQ(extentsOf("ln_final.hook_normalized"), (E{1, 3, 32}));
        EXPECT_EQ(seen.names.back(), "logits");
        ASSERT_EQ(seen.pattern.size(), 36u);
        for (size_t row = 0; row < 12; row++) {
            EXPECT_NEAR(seen.pattern[row * 3] + seen.pattern[row * 3 + 1] + seen.pattern[row * 3 + 2], 1, 1e-6f);
        }
        EXPECT_EQ(seen.pattern[1], 0);                           // nothing is seen ahead
        EXPECT_EQ(lls_model_trace(model.model, ids.data(), 3, logits.data(), nullptr, nullptr), LLS_INVALID);
    }
}
