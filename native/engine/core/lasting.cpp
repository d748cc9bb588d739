// lls_shutdown.
#include "engine/core/lasting.h"

#include <mutex>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "engine/core/surface.h"

namespace llmsys {

namespace {

struct Last {
    void* object;
    void (*giveBack)(void* object);
};

struct Shutdown {
    std::mutex mutex;
    std::vector<Last> all;
};

Shutdown& shutdown() {
    static Shutdown* only = new Shutdown();
    return *only;
}

}  // namespace

void untilShutdown(void* object, void (*giveBack)(void* object)) {
    std::lock_guard<std::mutex> lock(shutdown().mutex);
    shutdown().all.push_back({object, giveBack});
}

}  // namespace llmsys

using namespace llmsys;

extern "C" lls_status lls_shutdown(void) {
    return guarded([&] {
        for (;;) {
            Last last;
            {
                std::lock_guard<std::mutex> lock(shutdown().mutex);
                if (shutdown().all.empty()) {
                    std::vector<Last>().swap(shutdown().all);
                    break;
                }
                last = shutdown().all.back();
                shutdown().all.pop_back();
            }
            last.giveBack(last.object);                               // outside the lock
        }
#if defined(__GLIBC__)
        malloc_trim(0);                                               // what was freed stays with the process otherwise, a heap for each thread
#endif
    });
}
