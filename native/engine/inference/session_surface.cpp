// lls_generation_defaults, lls_session_*.
#include <algorithm>
#include <cmath>

#include "engine/core/surface.h"
#include "engine/inference/session.h"

namespace llmsys {

namespace {

constexpr int32_t MOST_STOPS = 65536;

void requireRange(const char* function, const char* field, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
        throw Error(LLS_INVALID, std::string(function) + " got " + field + " " + std::to_string(value),
                    "it is from " + std::to_string(least) + " to " + std::to_string(most), "correct it, or begin with lls_generation_defaults");
    }
}

void requireSampling(const char* function, double temperature, int32_t topK, double topP) {
    requireRange(function, "temperature", temperature, 0, 1e6);
    requireRange(function, "top_k", topK, 0, INT32_MAX);
    requireRange(function, "top_p", topP, 1e-9, 1);
}

// Whether more than the number is asked for, and there is room.
bool wanted(const char* function, int64_t count, int64_t capacity) {
    if (capacity != 0 && capacity < count) {
        throw Error(LLS_SHAPE, std::string(function) + " got room for " + std::to_string(capacity), "the result has " + std::to_string(count),
                    "ask the number with a capacity of 0 first");
    }
    return capacity > 0 && count > 0;
}

// A session is for one thread at a time; who comes second is told so.
std::unique_lock<std::mutex> alone(Session& session, const char* function) {
    std::unique_lock<std::mutex> lock(session.busy(), std::try_to_lock);
    if (!lock) {
        throw Error(LLS_STATE, std::string(function) + " met another call on the same session", "a session is for one thread at a time",
                    "open a session for each thread");
    }
    return lock;
}

}  // namespace

void requireOptions(const Model& model, int64_t prompt, const lls_generation_options* options, const char* function) {
    requireNotNull(options, function, "options");
    if (options->size != sizeof(lls_generation_options)) {
        throw Error(LLS_INVALID, std::string(function) + " got options of " + std::to_string(options->size) + " bytes",
                    "this library's have " + std::to_string(sizeof(lls_generation_options)), "fill them with lls_generation_defaults");
    }
    const ModelConfig& config = model.config();
    requireRange(function, "max_tokens", options->max_tokens, 0, INT32_MAX);
    requireSampling(function, options->temperature, options->top_k, options->top_p);
    requireRange(function, "slide", options->slide, 0, 1);
    requireRange(function, "alternatives", options->alternatives, -1, static_cast<double>(config.vocabSize));
    requireRange(function, "prompt_scores", options->prompt_scores, 0, 2);
    requireRange(function, "stop_token_count", options->stop_token_count, 0, MOST_STOPS);
    if (options->stop_token_count > 0) {
        requireNotNull(options->stop_tokens, function, "stop_tokens");
        model.requireIds(options->stop_tokens, options->stop_token_count, "stop_tokens");
    }
    if (prompt < 1) {
        throw Error(LLS_INVALID, std::string(function) + " got a prompt of " + std::to_string(prompt) + " tokens",
                    "the model continues a text, so it needs at least one", "give a prompt");
    }
    if (options->slide == 0 && prompt > config.contextLength - std::min(1, options->max_tokens)) {
        throw Error(LLS_INVALID, "the prompt is too long: " + std::to_string(prompt) + " tokens",
                    "the model's context holds " + std::to_string(config.contextLength) + ", the next token included",
                    "use a shorter prompt, slide, or a model with a longer context");
    }
    if (prompt > INT32_MAX) {
        throw Error(LLS_INVALID, "the prompt is too long: " + std::to_string(prompt) + " tokens", "tokens are counted with 31 bits",
                    "use a shorter prompt");
    }
}

}  // namespace llmsys

using namespace llmsys;

extern "C" {

void lls_generation_defaults(lls_generation_options* options) {
    if (options != nullptr) {
        *options = {};
        options->size = sizeof *options;
        options->max_tokens = 128;
        options->top_p = 1;
        options->alternatives = -1;
    }
}

lls_status lls_session_open(lls_handle model, const int32_t* prompt, int64_t count, const lls_generation_options* options, lls_handle* session) {
    return guarded([&] {
        requireNotNull(session, "lls_session_open", "session");
        requireNotNull(prompt, "lls_session_open", "prompt");
        std::shared_ptr<Model> over = models().get(model);
        requireOptions(*over, count, options, "lls_session_open");
        over->requireIds(prompt, count, "the prompt");
        *session = sessions().add(std::make_shared<Session>(over, prompt, count, *options));
    });
}

lls_status lls_session_memory(lls_handle model, int64_t prompt, const lls_generation_options* options, int64_t* bytes) {
    return guarded([&] {
        requireNotNull(bytes, "lls_session_memory", "bytes");
        std::shared_ptr<Model> over = models().get(model);
        requireOptions(*over, prompt, options, "lls_session_memory");
        *bytes = Session::bytes(*over, prompt, *options);
    });
}

lls_status lls_session_next(lls_handle session, lls_token* token) {
    return guarded([&] {
        requireNotNull(token, "lls_session_next", "token");
        *token = {-1, NAN, nullptr};
        std::shared_ptr<Session> one = sessions().get(session);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_next");
        *token = one->next();
    });
}

lls_status lls_session_logits(lls_handle session, float* logits) {
    return guarded([&] {
        requireNotNull(logits, "lls_session_logits", "logits");
        std::shared_ptr<Session> one = sessions().get(session);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_logits");
        const float* from = one->logits();
        std::copy(from, from + one->vocabSize(), logits);
    });
}

lls_status lls_session_alternatives(lls_handle session, int32_t* ids, float* log_probabilities, int32_t capacity, int32_t* count) {
    return guarded([&] {
        requireNotNull(count, "lls_session_alternatives", "count");
        std::shared_ptr<Session> one = sessions().get(session);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_alternatives");
        const int32_t* from = nullptr;
        const float* scores = nullptr;
        *count = one->alternatives(&from, &scores);
        if (wanted("lls_session_alternatives", *count, capacity)) {
            requireNotNull(ids, "lls_session_alternatives", "ids");
            requireNotNull(log_probabilities, "lls_session_alternatives", "log_probabilities");
            std::copy(from, from + *count, ids);
            std::copy(scores, scores + *count, log_probabilities);
        }
    });
}

lls_status lls_session_prompt_scores(lls_handle session, float* log_probabilities, int64_t capacity, int64_t* count) {
    return guarded([&] {
        requireNotNull(count, "lls_session_prompt_scores", "count");
        std::shared_ptr<Session> one = sessions().get(session);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_prompt_scores");
        const float* from = nullptr;
        *count = one->promptScores(&from);
        if (wanted("lls_session_prompt_scores", *count, capacity)) {
            requireNotNull(log_probabilities, "lls_session_prompt_scores", "log_probabilities");
            std::copy(from, from + *count, log_probabilities);
        }
    });
}

lls_status lls_session_prompt_alternatives(lls_handle session, int32_t* ids, float* log_probabilities, int64_t capacity, int64_t* count) {
    return guarded([&] {
        requireNotNull(count, "lls_session_prompt_alternatives", "count");
        std::shared_ptr<Session> one = sessions().get(session);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_prompt_alternatives");
        const int32_t* from = nullptr;
        const float* scores = nullptr;
        *count = one->promptAlternatives(&from, &scores);
        if (wanted("lls_session_prompt_alternatives", *count, capacity)) {
            requireNotNull(ids, "lls_session_prompt_alternatives", "ids");
            requireNotNull(log_probabilities, "lls_session_prompt_alternatives", "log_probabilities");
            std::copy(from, from + *count, ids);
            std::copy(scores, scores + *count, log_probabilities);
        }
    });
}

lls_status lls_session_sampling(lls_handle session, double temperature, int32_t top_k, double top_p) {
    return guarded([&] {
        std::shared_ptr<Session> one = sessions().get(session);
        requireSampling("lls_session_sampling", temperature, top_k, top_p);
        std::unique_lock<std::mutex> lock = alone(*one, "lls_session_sampling");
        one->chooseBy(temperature, top_k, top_p);
    });
}

lls_status lls_session_cancel(lls_handle session) {
    return guarded([&] { sessions().get(session)->cancel(); });
}

lls_status lls_session_close(lls_handle session) {
    return guarded([&] { sessions().close(session); });
}

}  // extern "C"
