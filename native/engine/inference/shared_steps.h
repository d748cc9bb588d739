// Steps that several sequences over one model take together, so that the weights are read once for all of them.
//
//   thread of a sequence: puts its rows into the queue;
//       when nobody leads, it leads: takes what is in the queue, one step for all, hands out the logits
//       otherwise it waits for its own
//
// There is no thread of its own: whoever waits for a token does the work. A sequence that nobody asks for a token takes no part, which is the
// back-pressure. A new one joins at the next step, a cancelled one is gone at the next. The leader waits a moment, at most a tenth of the last step,
// for those that were in it, so that sequences in step stay in step. When a step fails each of its sequences is tried alone, so that only those fail
// that must.
//
// Source: Yu et al. 2022, Orca (continuous batching).
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include "engine/transformer/decoder.h"

namespace llmsys {

// One sequence's part of a step, and what comes of it. Lives on the stack of the thread that asks.
struct StepRequest {
    KvCache* cache = nullptr;
    const int32_t* ids = nullptr;
    int64_t rows = 0;
    float* logits = nullptr;                                  // (V) of the last row
    float* scores = nullptr;                           // (nexts) ln p of the ids that follow the rows, or null
    const int32_t* next = nullptr;                     // those ids, one a row, one fewer at the end of a text
    int64_t nexts = 0;
    int32_t alternatives = 0;                          // so many of the likeliest in the place of each of those ids, too
    int32_t* alternativeIds = nullptr;                 // (nexts, alternatives), as the next
    float* alternativeScores = nullptr;

    bool cancelled = false;                            // under the steps' lock, as the next two
    bool done = false;
    std::exception_ptr failure;
};

class SharedSteps {
public:
    explicit SharedSteps(const Decoder& decoder) : decoder_(decoder), space_(decoder.config()) {}
    SharedSteps(const SharedSteps&) = delete;
    SharedSteps& operator=(const SharedSteps&) = delete;

    static constexpr int64_t MOST_ROWS = 512;          // of one step
    static constexpr int64_t MEASURED_ROWS = 64;       // of one whose every row gets logits, which are wide

    // A sequence begins, and ends: with the last one the memory of steps goes back.
    void join();
    void leave() noexcept;

    // Returns true when the rows count in the cache and the logits are written, false when the request was cancelled before a step took it up.
    // Throws Error what the step threw; LLS_NUMERIC when the logits are no numbers. Then nothing counts.
    bool forward(StepRequest& request);
    void cancel(StepRequest& request);

private:
    void lead(std::unique_lock<std::mutex>& lock);
    void take();
    void serve(StepRequest* const* batch, int64_t count);
    void step(StepRequest* const* batch, int64_t count);

    const Decoder& decoder_;
    StepMemory space_;                                 // of whoever leads, as the next two
    std::vector<StepRequest*> batch_;
    std::vector<SequencePart> parts_;

    std::mutex mutex_;
    std::condition_variable change_;
    std::vector<StepRequest*> queue_;
    bool led_ = false;
    size_t members_ = 0;
    size_t expected_ = 0;                              // sequences of the last step that have not left since
    int64_t lastNanos_ = 0;
};

}  // namespace llmsys
