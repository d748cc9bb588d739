#include "engine/core/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace llmsys {

namespace {

// How long a worker looks for the next call before it sleeps: decoding calls every few microseconds.
constexpr auto SPIN = std::chrono::microseconds(200);

thread_local bool insideChunk = false;

void pauseOnce() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
}

// One call. Lives on the caller's stack: the caller leaves only when no worker is in it.
// Each thread walks along a share of its own, so that it meets neighbours one after another; who is done helps the others with theirs.
struct Call {
    Call(int64_t chunks, ChunkBody body, int threads) : chunks(chunks), body(body), shares(std::min(threads, MOST_SHARES)) {
        for (int share = 0; share < shares; share++) {
            next[share].place.store(begin(share), std::memory_order_relaxed);
        }
    }

    static constexpr int MOST_SHARES = 16;
    struct alignas(64) Next {                 // a line of the cache each
        std::atomic<int64_t> place;
    };

    const int64_t chunks;
    const ChunkBody body;
    const int shares;
    Next next[MOST_SHARES];
    std::atomic<bool> failed{false};
    std::exception_ptr failure;

    int64_t begin(int share) const noexcept { return chunks / shares * share + std::min<int64_t>(share, chunks % shares); }

    void work(int thread) noexcept {
        insideChunk = true;
        for (int i = 0; i < shares; i++) {
            const int share = (thread + i) % shares;
            const int64_t end = begin(share + 1);
            for (int64_t chunk = next[share].place.fetch_add(1); chunk < end; chunk = next[share].place.fetch_add(1)) {
                try {
                    body(chunk);
                } catch (...) {
                    if (!failed.exchange(true)) {
                        failure = std::current_exception();
                    }
                }
            }
        }
        insideChunk = false;
    }
};

}  // namespace

struct Workers::State {
    explicit State(int threads) : threads(threads) {}

    const int threads;
    std::mutex caller;                        // one call at a time shares the workers; who finds it taken works alone
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<uint64_t> turn{0};            // counts calls
    std::atomic<Call*> call{nullptr};
    std::atomic<int> inside{0};               // workers that may hold the call
    std::atomic<int> asleep{0};
    std::atomic<bool> ending{false};
    std::vector<std::thread> workers;

    void live(int thread) {
        uint64_t seen = 0;
        while (await(seen)) {
            inside.fetch_add(1);
            if (Call* found = call.load()) {
                found->work(thread);
            }
            inside.fetch_sub(1);
        }
    }

    // Until there is a turn that was not seen; false at the end.
    bool await(uint64_t& seen) {
        auto patience = std::chrono::steady_clock::now() + SPIN;
        for (int i = 0;; i++) {
            if (ending.load()) {
                return false;
            }
            uint64_t now = turn.load();
            if (now != seen) {
                seen = now;
                return true;
            }
            pauseOnce();
            if (i % 64 == 63 && std::chrono::steady_clock::now() > patience) {
                break;
            }
        }
        std::unique_lock<std::mutex> lock(mutex);
        asleep.fetch_add(1);
        wake.wait(lock, [&] { return ending.load() || turn.load() != seen; });
        asleep.fetch_sub(1);
        seen = turn.load();
        return !ending.load();
    }

    void end() {
        {
            std::lock_guard<std::mutex> lock(mutex);
            ending.store(true);
            wake.notify_all();
        }
        for (std::thread& worker : workers) {
            worker.join();
        }
    }

    void announce() {
        turn.fetch_add(1);
        if (asleep.load() > 0) {
            std::lock_guard<std::mutex> lock(mutex);
            wake.notify_all();
        }
    }
};

Workers::Workers(int threads) : state_(std::make_unique<State>(threads)) {
    try {
        for (int i = 1; i < threads; i++) {
            state_->workers.emplace_back([state = state_.get(), i] { state->live(i); });
        }
    } catch (...) {                           // the system gives no more threads: those that began must end
        state_->end();
        throw;
    }
}

Workers::~Workers() { state_->end(); }

int Workers::threads() const noexcept { return state_->threads; }

void Workers::runBody(int64_t chunks, ChunkBody body) {
    if (chunks <= 0) {
        return;
    }
    std::unique_lock<std::mutex> shared(state_->caller, std::defer_lock);
    if (chunks == 1 || state_->threads == 1 || insideChunk || !shared.try_lock()) {
        for (int64_t chunk = 0; chunk < chunks; chunk++) {
            body(chunk);
        }
        return;
    }
    Call call(chunks, body, state_->threads);
    state_->call.store(&call);
    state_->announce();
    call.work(0);
    state_->call.store(nullptr);              // who comes later finds none
    while (state_->inside.load() != 0) {      // who came earlier ends its chunk
        pauseOnce();
    }
    if (call.failed.load()) {
        std::rethrow_exception(call.failure);
    }
}

}  // namespace llmsys
