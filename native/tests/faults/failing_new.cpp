#include "tests/faults/failing_new.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace faultstest {

namespace {

std::atomic<int64_t> left{0};
std::atomic<bool> failed{false};

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (left.load(std::memory_order_relaxed) > 0 && left.fetch_sub(1) == 1) {
        failed.store(true);
        return nullptr;
    }
    if (alignment > alignof(std::max_align_t)) {
        return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    }
    return std::malloc(bytes == 0 ? 1 : bytes);
}

void* orThrow(void* memory) {
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

}  // namespace

void failNewAt(int64_t n) noexcept {
    failed.store(false);
    left.store(n);
}

bool newHasFailed() noexcept { return failed.load(); }

}  // namespace faultstest

using namespace faultstest;

void* operator new(std::size_t bytes) { return orThrow(allocate(bytes, 0)); }
void* operator new[](std::size_t bytes) { return orThrow(allocate(bytes, 0)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes, 0); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return orThrow(allocate(bytes, static_cast<std::size_t>(alignment))); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) { return orThrow(allocate(bytes, static_cast<std::size_t>(alignment))); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
