#include "engine/inference/shared_steps.h"

#include <algorithm>
#include <chrono>

#include "engine/core/error.h"
#include "engine/core/surface.h"
#include "engine/inference/log_probabilities.h"

namespace llmsys {

namespace {

using Clock = std::chrono::steady_clock;

Error notNumbers() {
    return Error(LLS_NUMERIC, "a step's logits hold NaN or infinity", "an implementation, or the model's weights, gave no number",
                 "choose other implementations with lls_use, or another model");
}

}  // namespace

void SharedSteps::join() {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.reserve(members_ + 1);                      // so that asking for a token takes no memory
    members_++;
}

void SharedSteps::leave() noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    members_--;
    expected_ = std::min(expected_, members_);
    if (members_ == 0) {
        space_.release();
    }
}

bool SharedSteps::forward(StepRequest& request) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (request.cancelled) {
        return false;
    }
    queue_.push_back(&request);
    change_.notify_all();
    while (!request.done) {
        if (request.cancelled) {
            auto place = std::find(queue_.begin(), queue_.end(), &request);
            if (place != queue_.end()) {
                queue_.erase(place);
                return false;
            }
        }
        if (led_) {
            change_.wait(lock);
            continue;
        }
        try {
            batch_.reserve(members_);                  // nobody else uses them now
            parts_.reserve(members_);
        } catch (...) {
            queue_.erase(std::find(queue_.begin(), queue_.end(), &request));
            throw;
        }
        lead(lock);
    }
    if (request.failure) {
        std::rethrow_exception(request.failure);
    }
    return true;
}

void SharedSteps::cancel(StepRequest& request) {
    std::lock_guard<std::mutex> lock(mutex_);
    request.cancelled = true;
    change_.notify_all();
}

// One step for all who are there. Called with the lock, which is free while it computes.
void SharedSteps::lead(std::unique_lock<std::mutex>& lock) {
    led_ = true;
    Clock::time_point patience = Clock::now() + std::chrono::nanoseconds(lastNanos_ / 10);
    while (queue_.size() < expected_ && change_.wait_until(lock, patience) != std::cv_status::timeout) {
    }
    take();
    lock.unlock();
    Clock::time_point began = Clock::now();
    serve(batch_.data(), static_cast<int64_t>(batch_.size()));
    lock.lock();
    lastNanos_ = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - began).count();
    expected_ = std::min(batch_.size(), members_);
    for (StepRequest* request : batch_) {
        request->done = true;
    }
    batch_.clear();
    led_ = false;
    change_.notify_all();
}

// A chunk that is measured has logits in every row and is a step of its own.
void SharedSteps::take() {
    int64_t rows = 0;
    size_t taken = 0;
    for (; taken < std::min(queue_.size(), batch_.capacity()); taken++) {
        StepRequest* next = queue_[taken];
        if (taken > 0 && (rows + next->rows > MOST_ROWS || next->scores != nullptr || batch_.front()->scores != nullptr)) {
            break;
        }
        rows += next->rows;
        batch_.push_back(next);
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
}

void SharedSteps::serve(StepRequest* const* batch, int64_t count) {
    if (count == 0) {
        return;
    }
    try {
        step(batch, count);
    } catch (...) {
        if (count == 1) {
            batch[0]->failure = std::current_exception();
            return;
        }
        for (int64_t i = 0; i < count; i++) {
            serve(batch + i, 1);
        }
    }
}

void SharedSteps::step(StepRequest* const* batch, int64_t count) {
    bool measured = batch[0]->scores != nullptr;
    parts_.clear();
    int64_t rows = 0;
    for (int64_t i = 0; i < count; i++) {
        parts_.push_back({batch[i]->cache, batch[i]->ids, batch[i]->rows});
        rows += batch[i]->rows;
    }
    bool alone = count == 1 && !measured;                       // its logits are written where they are wanted
    int64_t outputs = measured ? rows : alone ? 0 : count;
    int64_t v = decoder_.config().vocabSize;
    StepKernels kernels(decoder_.config());
    std::shared_ptr<Workers> workers = sharedWorkers();
    space_.require(rows, outputs);
    float* logits = alone ? batch[0]->logits : space_.logits();
    decoder_.forward(parts_.data(), count, measured ? Outputs::ALL : Outputs::LAST, kernels, space_, *workers, logits);
    for (int64_t i = 0; i < count; i++) {
        StepRequest& request = *batch[i];
        const float* last = logits + (measured ? rows - 1 : i) * v;
        if (!allFinite(measured ? logits : last, measured ? rows * v : v)) {
            request.failure = std::make_exception_ptr(notNumbers());
            continue;
        }
        for (int64_t t = 0; t < request.nexts; t++) {
            const float* row = logits + t * v;
            LogScale scale(row, v);
            request.scores[t] = static_cast<float>(scale.of(row[request.next[t]]));
            int32_t* ids = request.alternativeIds + t * request.alternatives;
            likeliest(row, v, request.alternatives, ids);
            for (int32_t i = 0; i < request.alternatives; i++) {
                request.alternativeScores[t * request.alternatives + i] = static_cast<float>(scale.of(row[ids[i]]));
            }
        }
        if (!alone) {
            std::copy(last, last + v, request.logits);
        }
        request.cache->commit(request.rows);
    }
}

}  // namespace llmsys
