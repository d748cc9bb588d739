// A handle of the engine with a close of its own: given back once, when its owner goes or when it is closed.
#pragma once

#include <utility>

#include "llmsys.h"

namespace llmsys::python {

template <lls_status (*CLOSE)(lls_handle)>
class Handle {
public:
    Handle() = default;
    explicit Handle(lls_handle handle) : handle_(handle) {}
    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Handle() { close(); }

    lls_handle get() const noexcept { return handle_; }
    lls_status close() noexcept { return CLOSE(std::exchange(handle_, 0)); }

private:
    lls_handle handle_ = 0;
};

}  // namespace llmsys::python
