// The wall between C++ and the C surface: every function of llmsys.h is a guarded body.
//
//   lls_status lls_matmul(...) { return llmsys::guarded([&] { ... }); }
#pragma once

#include <memory>
#include <utility>

#include "engine/core/error.h"

namespace llmsys {

// Turns the exception that is being handled into a status and this thread's error text. Never throws, also without memory.
lls_status failed() noexcept;

template <typename Body>
lls_status guarded(Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
        return LLS_OK;
    } catch (...) {
        return failed();
    }
}

// Throws Error LLS_INVALID "error: FUNCTION got null for NAME".
void requireNotNull(const void* pointer, const char* function, const char* name);

// The workers that calls of the surface share: lls_set_threads. A call keeps the pool it began with.
std::shared_ptr<class Workers> sharedWorkers();

}  // namespace llmsys
