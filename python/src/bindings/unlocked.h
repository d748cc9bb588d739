// Long calls let other Python threads run. Short ones keep the lock: giving it back and taking it again costs as much as they do.
#pragma once

#include <cstdint>

#include <pybind11/pybind11.h>

#include "bindings/released.h"
#include "llmsys.h"

namespace llmsys::python {

constexpr int64_t LONG_CALL = 1 << 15;  // multiplications, or elements read: some microseconds

template <typename Call>
lls_status unlocked(int64_t work, Call&& call) {
    if (work < LONG_CALL) {
        return call();
    }
    Released released;
    return call();
}

template <typename Call>
lls_status unlocked(Call&& call) {
    return unlocked(LONG_CALL, call);
}

}  // namespace llmsys::python
