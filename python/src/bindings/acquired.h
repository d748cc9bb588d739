// Takes Python's lock for a block on a thread that may have none: in what the engine, Java or another library calls back. A thread that comes while
// the interpreter ends waits here, as one that comes back from a long call does (released.h says why).
#pragma once

#include <optional>

#include <pybind11/pybind11.h>

#include "bindings/released.h"

namespace llmsys::python {

class Acquired {
public:
    Acquired() {
        Released::Return back;
        lock_.emplace();
    }

private:
    std::optional<pybind11::gil_scoped_acquire> lock_;
};

}  // namespace llmsys::python
