// operator new of this test program: it fails once when it is told to, as the system does when there is no memory left.
#pragma once

#include <cstdint>

namespace faultstest {

// The n-th allocation of any thread from now throws std::bad_alloc, n from 1; 0 turns it off.
void failNewAt(int64_t n) noexcept;
// Whether the one that was asked for has failed.
bool newHasFailed() noexcept;

}  // namespace faultstest
