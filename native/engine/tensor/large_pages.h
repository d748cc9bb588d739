// Asks the system for pages of 2 MiB where it has them: reading weights straight through misses the address cache at every page, and long reads are
// what decoding mostly does. Only advice; nothing depends on it.
#pragma once

#include <cstdint>

#if defined(__linux__) && !defined(__EMSCRIPTEN__)
#include <sys/mman.h>
#endif

namespace llmsys {

#if defined(__linux__) && !defined(__EMSCRIPTEN__)

constexpr int64_t LARGE_PAGE = int64_t{2} << 20;

// The large pages that lie wholly in [data, data + bytes), before they are first touched.
inline void preferLargePages(void* data, int64_t bytes) {
    const auto begin = (reinterpret_cast<uintptr_t>(data) + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    const auto end = (reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(bytes)) / LARGE_PAGE * LARGE_PAGE;
    if (begin < end) {
        (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    }
}

#else

constexpr int64_t LARGE_PAGE = 4096;
inline void preferLargePages(void*, int64_t) {}

#endif

}  // namespace llmsys
