// Models of others write what others' programs wrote (llama2.c, llama.cpp, picoGPT): texts, ids, logits, likelihoods.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/files/json.h"
#include "tests/inference/with_model.h"

using namespace llmsys::test;

namespace {

#define NEED_SHARED()                                                        \
    if (std::getenv("LLMSYS_SHARED") == nullptr) {                           \
        GTEST_SKIP() << "LLMSYS_SHARED does not name the folder of oracles"; \
    }

std::string shared(const std::string& path) { return std::string(std::getenv("LLMSYS_SHARED")) + "/" + path; }

std::string text(const std::string& path) {
    std::ifstream in(shared(path), std::ios::binary);
    EXPECT_TRUE(in.good()) << path;
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

std::vector<float> floats(const std::string& path) {
    std::string bytes = text(path);
    std::vector<float> all(bytes.size() / 4);
    std::memcpy(all.data(), bytes.data(), all.size() * 4);
    return all;
}

std::vector<int32_t> numbers(const std::string& path) {
    std::istringstream in(text(path));
    std::vector<int32_t> all;
    for (int32_t each; in >> each;) {
        all.push_back(each);
    }
    return all;
}

class Loaded {
public:
    explicit Loaded(const std::string& path) { EXPECT_EQ(lls_model_load(shared(path).c_str(), nullptr, &model), LLS_OK) << lls_last_error(); }
    ~Loaded() { EXPECT_EQ(lls_model_close(model), LLS_OK); }
    lls_handle model = 0;
};

constexpr const char* STORIES = "data/models/stories260K/stories260K";
constexpr const char* ONCE = "oracles/stories260K/greedy_once_upon_a_time_n100";

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

// llama2.c at temperature 0: the text of `steps` tokens, the beginning of the text among them.
std::string greedyText(lls_handle model, const std::string& prompt, int32_t steps) {
    lls_handle tokenizer = 0;
    EXPECT_EQ(lls_model_tokenizer(model, &tokenizer), LLS_OK) << lls_last_error();
    std::vector<int32_t> ids(512);
    int64_t count = 0;
    EXPECT_EQ(lls_tokenizer_encode(tokenizer, prompt.data(), static_cast<int64_t>(prompt.size()), 1, ids.data(), 512, &count), LLS_OK)
        << lls_last_error();
    ids.resize(static_cast<size_t>(count));
    lls_generation_options how = options(steps - static_cast<int32_t>(count));
    lls_handle session = 0;
    EXPECT_EQ(lls_session_open(model, ids.data(), count, &how, &session), LLS_OK) << lls_last_error();
    for (int32_t id : Opened::rest(session)) {
        ids.push_back(id);
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    std::vector<char> written(8192);
    int64_t bytes = 0;
    EXPECT_EQ(lls_tokenizer_decode(tokenizer, ids.data(), static_cast<int64_t>(ids.size()), written.data(), 8192, &bytes), LLS_OK)
        << lls_last_error();
    EXPECT_EQ(lls_tokenizer_close(tokenizer), LLS_OK);
    return {written.data(), static_cast<size_t>(bytes)};
}

}  // namespace

TEST(Oracle, Stories260KWritesLlama2cText) {
    NEED_SHARED();
    for (const char* form : {".bin", "-f32.gguf"}) {
        Loaded stories(std::string(STORIES) + form);
        EXPECT_EQ(trimmed(greedyText(stories.model, "Once upon a time", 101)), trimmed(text(std::string(ONCE) + ".txt"))) << form;
        lls_model_config config;
        ASSERT_EQ(lls_model_config_of(stories.model, &config), LLS_OK);
        if (config.context_length > 200) {                   // the GGUF file names the context that it was trained for
            EXPECT_EQ(trimmed(greedyText(stories.model, "", 201)), trimmed(text("oracles/stories260K/upstream_test_all_n200.txt"))) << form;
        }
    }
}

TEST(Oracle, Stories260KHasLlama2cIdsAndLogits) {
    NEED_SHARED();
    Loaded stories(std::string(STORIES) + ".bin");
    std::vector<int32_t> ids = numbers("oracles/stories260K/greedy_n100.input_ids.txt");
    std::vector<float> expected = floats(std::string(ONCE) + ".logits.f32");
    ASSERT_EQ(expected.size(), ids.size() * 512);
    std::vector<float> logits(expected.size());
    ASSERT_EQ(lls_model_logits(stories.model, ids.data(), static_cast<int64_t>(ids.size()), logits.data()), LLS_OK);
    for (size_t i = 0; i < expected.size(); i++) {
        ASSERT_NEAR(logits[i], expected[i], 1e-4f) << "step " << i / 512;
    }
    // The same through a session, a token at a time: ids and the logits that each was chosen from.
    size_t prompt = 5;
    lls_generation_options how = options(static_cast<int32_t>(ids.size() - prompt));
    lls_handle session = 0;
    ASSERT_EQ(lls_session_open(stories.model, ids.data(), static_cast<int64_t>(prompt), &how, &session), LLS_OK);
    std::vector<float> row(512);
    for (size_t t = prompt; t < ids.size(); t++) {
        lls_token token;
        ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
        ASSERT_EQ(token.id, ids[t]) << t;
        ASSERT_EQ(lls_session_logits(session, row.data()), LLS_OK);
        for (size_t v = 0; v < 512; v++) {
            ASSERT_NEAR(row[v], expected[(t - 1) * 512 + v], 1e-4f) << t;
        }
    }
    EXPECT_EQ(lls_session_close(session), LLS_OK);
}

TEST(Oracle, Stories260KFindsTheTextAsLikelyAsLlama2c) {
    NEED_SHARED();
    Loaded stories(std::string(STORIES) + ".bin");
    std::vector<int32_t> ids = numbers("oracles/stories260K/nll_prompt_ids.txt");
    lls_generation_options how = options(0);
    how.prompt_scores = 1;
    lls_handle session = 0;
    ASSERT_EQ(lls_session_open(stories.model, ids.data(), static_cast<int64_t>(ids.size()), &how, &session), LLS_OK) << lls_last_error();
    lls_token token;
    ASSERT_EQ(lls_session_next(session, &token), LLS_OK);
    std::vector<float> scores(ids.size());
    int64_t count = 0;
    ASSERT_EQ(lls_session_prompt_scores(session, scores.data(), static_cast<int64_t>(scores.size()), &count), LLS_OK);
    double sum = 0;
    for (size_t i = 1; i < scores.size(); i++) {
        sum -= static_cast<double>(scores[i]);
    }
    EXPECT_NEAR(sum / static_cast<double>(scores.size() - 1), 1.484541, 1e-4);
    EXPECT_EQ(lls_session_close(session), LLS_OK);
}

TEST(Oracle, EachGgufIsWithinTheSpreadOfLlamaCpp) {
    NEED_SHARED();
    std::vector<int32_t> ids = numbers("oracles/stories260K/greedy_n100.input_ids.txt");
    std::vector<float> wide = floats("oracles/gguf/stories260K-f32.logits.f32");
    // largest difference to llama.cpp's own logits, share of steps with the argmax of float32
    struct {
        const char* name;
        float most;
        double agreement;
    } files[] = {{"f32", 1e-4f, 1}, {"F16", 0.02f, 1}, {"BF16", 0.15f, 0.97}, {"Q8_0", 0.45f, 0.97}, {"Q4_0", 0.8f, 0.8}};
    for (const auto& file : files) {
        Loaded stories(std::string(STORIES) + "-" + file.name + ".gguf");
        std::vector<float> expected = floats(std::string("oracles/gguf/stories260K-") + file.name + ".logits.f32");
        std::vector<float> logits(ids.size() * 512);
        ASSERT_EQ(lls_model_logits(stories.model, ids.data(), static_cast<int64_t>(ids.size()), logits.data()), LLS_OK);
        float most = 0;
        int agreed = 0;
        for (size_t i = 0; i < logits.size(); i++) {
            most = std::max(most, std::fabs(logits[i] - expected[i]));
        }
        for (size_t t = 0; t < ids.size(); t++) {
            auto best = [&](const std::vector<float>& all) {
                auto row = all.begin() + static_cast<std::ptrdiff_t>(t * 512);
                return std::max_element(row, row + 512) - row;
            };
            agreed += best(logits) == best(wide);
        }
        EXPECT_LE(most, file.most) << file.name;
        EXPECT_GE(agreed, file.agreement * static_cast<double>(ids.size())) << file.name;
    }
}

TEST(Oracle, FakeGpt2HasPicoGptsLogits) {
    NEED_SHARED();
    Loaded gpt2("data/models/fake_gpt2");
    llmsys::Json json = llmsys::Json::parse(text("oracles/fake_gpt2_picogpt_logits.json"), "oracle");
    std::vector<int32_t> ids;
    for (llmsys::JsonValue id : json.root().get("input_ids").elements()) {
        ids.push_back(static_cast<int32_t>(id.whole(0, 60000)));
    }
    std::vector<float> logits(ids.size() * 50257);
    ASSERT_EQ(lls_model_logits(gpt2.model, ids.data(), static_cast<int64_t>(ids.size()), logits.data()), LLS_OK);
    size_t t = 0;
    for (llmsys::JsonValue row : json.root().get("logits_first10").elements()) {
        size_t v = 0;
        for (llmsys::JsonValue value : row.elements()) {
            EXPECT_NEAR(static_cast<double>(logits[t * 50257 + v++]), value.number(), 1e-4);
        }
        t++;
    }
    t = 0;
    for (llmsys::JsonValue best : json.root().get("argmax").elements()) {
        auto row = logits.begin() + static_cast<std::ptrdiff_t>(t++ * 50257);
        EXPECT_EQ(std::max_element(row, row + 50257) - row, best.whole(0, 60000));
    }
}
