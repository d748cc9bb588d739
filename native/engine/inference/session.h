// One sequence being written.
//
//   step      logits = decoder(ids not yet in the cache), id = choice(logits)
//   commit    the rows count, id joins the sequence
//
// All its memory is reserved when it is opened. A step that fails changes nothing, so the next call tries again.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/inference/model.h"

namespace llmsys {

class Session {
public:
    // Throws Error LLS_INVALID for a prompt or options that do not fit the model, LLS_OUT_OF_MEMORY.
    Session(std::shared_ptr<Model> model, const int32_t* prompt, int64_t count, const lls_generation_options& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // What a session takes from the allocator.
    static int64_t bytes(const Model& model, int64_t prompt, const lls_generation_options& options);

    lls_token next();
    // Of the token that was written last. Throws Error LLS_STATE when there is none.
    const float* logits();
    int32_t alternatives(const int32_t** ids, const float** logProbabilities);
    int64_t promptScores(const float** logProbabilities);
    // The likeliest in each place of the prompt: (prompt, alternatives).
    int64_t promptAlternatives(const int32_t** ids, const float** logProbabilities);
    // How the tokens that follow are chosen. Checked by the caller.
    void chooseBy(double temperature, int32_t topK, double topP);
    // From any thread.
    void cancel();

    int64_t vocabSize() const noexcept { return model_->config().vocabSize; }
    // Held by the call that works with it.
    std::mutex& busy() noexcept { return busy_; }

private:
    lls_token write();
    bool run(int64_t count, bool pick);
    void choose();
    void measurePrompt();
    void makeRoom();
    lls_token ended(const char* stop);
    bool measuring() const noexcept { return options_.prompt_scores != 0 && scored_ < promptLength_; }
    int64_t unread() const noexcept { return length_ - cache_.length(); }
    int32_t* window() noexcept { return static_cast<int32_t*>(window_.data()); }
    int64_t contextLength() const noexcept { return model_->config().contextLength; }

    std::shared_ptr<Model> model_;
    lls_generation_options options_;
    std::vector<int32_t> stopTokens_;
    int64_t promptLength_;
    KvCache cache_;
    Buffer window_;                    // ids that the model sees: those in the cache, then those still to be read
    Buffer logits_;                    // (V) that the last token was chosen from
    Buffer filtered_;                  // (V)
    Buffer promptScores_;              // (prompt) or empty
    Buffer promptIds_;                 // (prompt, alternatives) or empty
    Buffer promptIdScores_;
    Buffer alternativeIds_;            // (alternatives) or empty
    Buffer alternativeScores_;

    int64_t length_ = 0;               // of the window
    int64_t position_ = 0;             // tokens of the whole sequence
    int64_t scored_ = 0;               // prompt tokens that were measured
    int32_t written_ = 0;
    int32_t chosen_ = -1;
    float chosenScore_ = 0;
    int32_t alternativeCount_ = 0;
    const char* stop_ = nullptr;
    bool showing_ = false;             // whether logits_ are those of a token that was given out

    std::mutex busy_;
    std::mutex cancelling_;            // guards the next two
    bool cancelled_ = false;
    StepRequest* waiting_ = nullptr;
};

// Throws Error LLS_INVALID naming the field that is out of range.
void requireOptions(const Model& model, int64_t prompt, const lls_generation_options* options, const char* function);

Handles<Session>& sessions();

}  // namespace llmsys
