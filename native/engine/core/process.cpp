// What is one for the whole process: the version and the shared threads.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/core/handles.h"
#include "engine/core/lasting.h"
#include "engine/core/surface.h"
#include "engine/core/workers.h"

namespace llmsys {

namespace {

constexpr int MOST_THREADS = 256;

struct SharedWorkers {
    std::mutex mutex;
    int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, MOST_THREADS);
    std::shared_ptr<Workers> workers;
};

// Not destroyed with the process: a thread of the pool may not be joined while a process unloads its libraries.
SharedWorkers& shared() {
    static Lasting<SharedWorkers> only;
    return only.get([] { return new SharedWorkers(); });
}

}  // namespace

std::shared_ptr<Workers> sharedWorkers() {
    SharedWorkers& all = shared();
    std::lock_guard<std::mutex> lock(all.mutex);
    if (!all.workers) {
        all.workers = std::make_shared<Workers>(all.threads);
    }
    return all.workers;
}

lls_handle nextHandle() noexcept {
    static std::atomic<lls_handle> last{0};
    return last.fetch_add(1) + 1;
}

}  // namespace llmsys

using namespace llmsys;

extern "C" {

uint32_t lls_abi_version(void) { return LLS_ABI_VERSION; }

const char* lls_version(void) { return LLMSYS_VERSION; }

lls_status lls_require_abi(uint32_t version) {
    return guarded([&] {
        if (version != LLS_ABI_VERSION) {
            throw Error(LLS_INVALID, "the caller was built for version " + std::to_string(version) + " of llmsys.h",
                        "this library has version " + std::to_string(LLS_ABI_VERSION), "build both from the same source");
        }
    });
}

lls_status lls_set_threads(int32_t threads) {
    return guarded([&] {
        if (threads < 1 || threads > MOST_THREADS) {
            throw Error(LLS_INVALID, "lls_set_threads got " + std::to_string(threads), "threads are 1 to " + std::to_string(MOST_THREADS),
                        "pass a number of them");
        }
        std::shared_ptr<Workers> before;                      // its threads end outside the lock, when no call holds it
        SharedWorkers& all = shared();
        std::lock_guard<std::mutex> lock(all.mutex);
        if (threads != all.threads) {
            all.threads = threads;
            before = std::move(all.workers);
            all.workers.reset();
        }
    });
}

int32_t lls_threads(void) {
    SharedWorkers& all = shared();
    std::lock_guard<std::mutex> lock(all.mutex);
    return all.threads;
}

}  // extern "C"
