#include "engine/inference/session.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/core/lasting.h"
#include "engine/inference/log_probabilities.h"
#include "engine/inference/token_choice.h"

namespace llmsys {

namespace {

constexpr const char* OWNER = "session";

// Positions that the sequence can reach.
int64_t capacityOf(const Model& model, int64_t prompt, const lls_generation_options& options) {
    return std::min(model.config().contextLength, prompt + options.max_tokens);
}

// The longest window: one more than the context when the token behind it is known and not read.
int64_t windowOf(const Model& model, int64_t prompt, const lls_generation_options& options) {
    return std::min(model.config().contextLength, prompt + options.max_tokens) + 1;
}

int64_t scoresOf(int64_t prompt, const lls_generation_options& options) { return options.prompt_scores != 0 ? prompt * 4 : 0; }
int64_t alternativesOf(const lls_generation_options& options) { return std::max(0, options.alternatives) * int64_t{4}; }
// In each place of the prompt.
int64_t promptAlternativesOf(int64_t prompt, const lls_generation_options& options) {
    return options.prompt_scores == 2 ? prompt * alternativesOf(options) : 0;
}
Buffer bufferOrNone(int64_t bytes) { return bytes == 0 ? Buffer() : Buffer(bytes, OWNER); }

}  // namespace

Session::Session(std::shared_ptr<Model> model, const int32_t* prompt, int64_t count, const lls_generation_options& options)
    : model_(std::move(model)), options_(options), stopTokens_(options.stop_tokens, options.stop_tokens + options.stop_token_count),
      promptLength_(count),
      cache_(model_->config(), capacityOf(*model_, count, options)), window_(windowOf(*model_, count, options) * 4, OWNER),
      logits_(model_->config().vocabSize * 4, OWNER), filtered_(model_->config().vocabSize * 4, OWNER),
      promptScores_(bufferOrNone(scoresOf(count, options))),
      promptIds_(bufferOrNone(promptAlternativesOf(count, options))), promptIdScores_(bufferOrNone(promptAlternativesOf(count, options))),
      alternativeIds_(bufferOrNone(alternativesOf(options))), alternativeScores_(bufferOrNone(alternativesOf(options))) {
    options_.stop_tokens = stopTokens_.data();
    position_ = count;
    // A prompt beyond the context begins as a full one would go on: with its last half.
    int64_t kept = count > contextLength() ? std::max<int64_t>(1, contextLength() / 2) : count;
    std::memcpy(window(), prompt + count - kept, static_cast<size_t>(kept) * 4);
    length_ = kept;
    if (options_.prompt_scores != 0) {                           // nothing is known of the first id that is read, nor of those dropped before it
        scored_ = count - kept + 1;
        std::fill(promptScores_.floats(), promptScores_.floats() + scored_, NAN);
    }
    if (promptIds_.bytes() != 0) {
        int32_t* ids = static_cast<int32_t*>(promptIds_.data());
        std::fill(ids, ids + scored_ * options_.alternatives, -1);
        std::fill(promptIdScores_.floats(), promptIdScores_.floats() + scored_ * options_.alternatives, NAN);
    }
    model_->steps.join();
}

Session::~Session() { model_->steps.leave(); }

int64_t Session::bytes(const Model& model, int64_t prompt, const lls_generation_options& options) {
    return KvCache::bytes(model.config(), capacityOf(model, prompt, options)) + windowOf(model, prompt, options) * 4
        + 2 * model.config().vocabSize * 4
           + scoresOf(prompt, options) + 2 * promptAlternativesOf(prompt, options) + 2 * alternativesOf(options);
}

lls_token Session::next() {
    showing_ = false;
    {
        std::lock_guard<std::mutex> lock(cancelling_);
        if (stop_ == nullptr && cancelled_) {
            stop_ = "cancelled";
        }
    }
    if (stop_ != nullptr) {
        return ended(stop_);
    }
    if (written_ == options_.max_tokens) {
        measurePrompt();
        return ended(stop_ == nullptr ? "length" : stop_);
    }
    return write();
}

lls_token Session::write() {
    makeRoom();
    int64_t chunk = measuring() ? SharedSteps::MEASURED_ROWS : SharedSteps::MOST_ROWS;
    while (unread() > chunk) {
        if (!run(chunk, false)) {
            return ended("cancelled");
        }
    }
    if (!run(unread(), true)) {
        return ended("cancelled");
    }
    written_++;
    if (std::find(stopTokens_.begin(), stopTokens_.end(), chosen_) != stopTokens_.end()) {
        return ended("stop");
    }
    if (chosen_ == model_->endToken) {
        return ended("end");
    }
    showing_ = true;
    if (written_ == options_.max_tokens) {
        stop_ = "length";
    } else if (length_ > contextLength() && options_.slide == 0) {
        stop_ = "context";
    }
    return {chosen_, chosenScore_, stop_};
}

lls_token Session::ended(const char* stop) {
    stop_ = stop;
    return {-1, NAN, stop};
}

// When the context is full: forgets all but the last half of it; that half is read again, at positions from 0 on.
void Session::makeRoom() {
    if (length_ > contextLength()) {
        int64_t kept = std::max<int64_t>(1, contextLength() / 2);
        std::memmove(window(), window() + length_ - kept, static_cast<size_t>(kept) * 4);
        length_ = kept;
        cache_.truncate(0);
    }
}

// Reads the next `count` ids of the window, and picks the token after them if asked. False when it was cancelled meanwhile.
bool Session::run(int64_t count, bool pick) {
    int64_t before = cache_.length();
    StepRequest request;
    request.cache = &cache_;
    request.ids = window() + before;
    request.rows = count;
    request.logits = logits_.floats();
    if (measuring()) {
        request.next = window() + before + 1;
        request.nexts = std::min(count, length_ - before - 1);
        request.scores = promptScores_.floats() + scored_;
        if (promptIds_.bytes() != 0) {
            request.alternatives = options_.alternatives;
            request.alternativeIds = static_cast<int32_t*>(promptIds_.data()) + scored_ * options_.alternatives;
            request.alternativeScores = promptIdScores_.floats() + scored_ * options_.alternatives;
        }
    }
    {
        std::lock_guard<std::mutex> lock(cancelling_);
        request.cancelled = cancelled_;
        waiting_ = &request;
    }
    struct Waiting {
        Session& session;
        ~Waiting() {
            std::lock_guard<std::mutex> lock(session.cancelling_);
            session.waiting_ = nullptr;
        }
    };
    bool there;
    {
        Waiting waiting{*this};
        there = model_->steps.forward(request);
    }
    if (!there) {
        return false;
    }
    if (pick) {
        try {
            choose();
        } catch (...) {
            cache_.truncate(before);                             // the rows do not count without their token
            throw;
        }
    }
    scored_ += request.nexts;
    if (pick) {
        window()[length_++] = chosen_;
        position_++;
    }
    return true;
}

void Session::choose() {
    int64_t v = vocabSize();
    const float* logits = logits_.floats();
    // Some models have more ids than texts, to make the table a round size: those are never chosen.
    int64_t named = model_->tokenizer ? std::min<int64_t>(model_->tokenizer->vocabSize(), v) : v;
    float* filtered = logits_.floats();
    if (options_.temperature != 0) {                                     // only then something filters
        filtered = filtered_.floats();
        std::copy(logits, logits + named, filtered);
    }
    int32_t id = chooseToken(filtered, named, options_, position_);
    chosenScore_ = NAN;
    alternativeCount_ = 0;
    if (options_.alternatives >= 0) {
        LogScale scale(logits, v);
        chosenScore_ = static_cast<float>(scale.of(logits[id]));
        int32_t* ids = static_cast<int32_t*>(alternativeIds_.data());
        alternativeCount_ = likeliest(logits, v, options_.alternatives, ids);
        for (int32_t i = 0; i < alternativeCount_; i++) {
            alternativeScores_.floats()[i] = static_cast<float>(scale.of(logits[ids[i]]));
        }
    }
    chosen_ = id;
}

// When no token is wanted: all but the last id is read, which tells of the last one too.
void Session::measurePrompt() {
    while (measuring() && unread() > 1) {
        if (!run(std::min(SharedSteps::MEASURED_ROWS, unread() - 1), false)) {
            stop_ = "cancelled";
            return;
        }
    }
}

namespace {

Error nothingWritten(const char* what) {
    return Error(LLS_STATE, std::string("there are no ") + what, "they belong to the token that was written last, and there is none",
                 "ask after lls_session_next has given a token");
}

}  // namespace

const float* Session::logits() {
    if (!showing_) {
        throw nothingWritten("logits");
    }
    return logits_.floats();
}

int32_t Session::alternatives(const int32_t** ids, const float** logProbabilities) {
    if (!showing_ || options_.alternatives < 0) {
        throw nothingWritten("alternatives");
    }
    *ids = static_cast<const int32_t*>(alternativeIds_.data());
    *logProbabilities = alternativeScores_.floats();
    return alternativeCount_;
}

int64_t Session::promptScores(const float** logProbabilities) {
    if (options_.prompt_scores == 0 || measuring()) {
        throw Error(LLS_STATE, "there are no scores of the prompt", options_.prompt_scores == 0 ? "they were not asked for"
                    : "the prompt was not read yet",
                    "open the session with prompt_scores 1, and ask after the first lls_session_next");
    }
    *logProbabilities = promptScores_.floats();
    return promptLength_;
}

int64_t Session::promptAlternatives(const int32_t** ids, const float** logProbabilities) {
    if (options_.prompt_scores != 2 || measuring()) {
        throw Error(LLS_STATE, "there are no alternatives to the prompt", options_.prompt_scores != 2 ? "they were not asked for"
                    : "the prompt was not read yet",
                    "open the session with prompt_scores 2, and ask after the first lls_session_next");
    }
    *ids = static_cast<const int32_t*>(promptIds_.data());
    *logProbabilities = promptIdScores_.floats();
    return promptLength_ * std::max(0, options_.alternatives);
}

void Session::chooseBy(double temperature, int32_t topK, double topP) {
    options_.temperature = temperature;
    options_.top_k = topK;
    options_.top_p = topP;
}

void Session::cancel() {
    std::lock_guard<std::mutex> lock(cancelling_);
    cancelled_ = true;
    if (waiting_ != nullptr) {
        model_->steps.cancel(*waiting_);
    }
}

Handles<Session>& sessions() {
    static Lasting<Handles<Session>> only;
    return only.get([] { return new Handles<Session>("session"); });
}

}  // namespace llmsys
