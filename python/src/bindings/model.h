// A loaded model: weights and configuration.
#pragma once

#include "bindings/handle.h"

namespace llmsys::python {

class ModelHandle {
public:
    explicit ModelHandle(lls_handle handle) : handle_(handle) {}
    lls_handle get() const { return handle_.get(); }
    void close() { handle_.close(); }

private:
    Handle<lls_model_close> handle_;
};

}  // namespace llmsys::python
