// Objects behind the numbers that the C surface gives out. A number is looked up each time, so a foreign, closed or wrong one is refused, and what is
// closed while another thread works with it lives until that call ends.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/core/error.h"

namespace llmsys {

// Numbers are unique over all kinds and never used again.
lls_handle nextHandle() noexcept;

template <typename T>
class Handles {
public:
    // kind: "model", for messages
    explicit Handles(const char* kind) : kind_(kind) {}

    lls_handle add(std::shared_ptr<T> object) {
        lls_handle handle = nextHandle();
        std::lock_guard<std::mutex> lock(mutex_);
        objects_.emplace(handle, std::move(object));
        return handle;
    }

    std::shared_ptr<T> get(lls_handle handle) const {
        std::lock_guard<std::mutex> lock(mutex_);
        auto found = objects_.find(handle);
        if (found == objects_.end()) {
            throw unknown(handle);
        }
        return found->second;
    }

    // 0 is fine.
    void close(lls_handle handle) {
        if (handle == 0) {
            return;
        }
        std::shared_ptr<T> last;                     // ends outside the lock
        std::lock_guard<std::mutex> lock(mutex_);
        auto found = objects_.find(handle);
        if (found == objects_.end()) {
            throw unknown(handle);
        }
        last = std::move(found->second);
        objects_.erase(found);
    }

private:
    Error unknown(lls_handle handle) const {
        return Error(LLS_INVALID, "handle " + std::to_string(handle) + " is no open " + kind_,
                     "it was never given out, is of another kind, or has been closed", "use the handle between its opening and its closing");
    }

    const char* kind_;
    mutable std::mutex mutex_;
    std::unordered_map<lls_handle, std::shared_ptr<T>> objects_;
};

}  // namespace llmsys
