// Faults on purpose, one a run: a sanitizer that stays silent about them checks nothing.
//
//   planted overflow | padding | use-after-free | signed-overflow | race
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>

#include "engine/core/buffer.h"

namespace {

using llmsys::Buffer;

// What the compiler cannot see through.
template <typename T>
T hidden(T value) {
    volatile T place = value;
    return place;
}

void overflow() {
    Buffer buffer(hidden<int64_t>(128), "planted");
    buffer.floats()[hidden(32)] = 1;
}

// Inside the last line of 64 bytes, behind the last float.
void padding() {
    Buffer buffer(hidden<int64_t>(100), "planted");
    buffer.floats()[hidden(25)] = 1;
}

void useAfterFree() {
    float* kept = nullptr;
    {
        Buffer buffer(hidden<int64_t>(4096), "planted");
        kept = buffer.floats();
        kept[0] = 1;
    }
    std::printf("%f\n", static_cast<double>(kept[hidden(0)]));
}

void signedOverflow() {
    int64_t size = hidden(INT64_MAX);
    std::printf("%lld\n", static_cast<long long>(size + hidden<int64_t>(1)));
}

void race() {
    Buffer buffer(64, "planted");
    float* shared = buffer.floats();
    shared[0] = 0;
    auto add = [shared] {
        for (int i = 0; i < 1000; i++) {
            shared[0] += 1;
        }
    };
    std::thread other(add);
    add();
    other.join();
    std::printf("%f\n", static_cast<double>(shared[0]));
}

}  // namespace

int main(int count, char** words) {
    struct {
        const char* name;
        void (*fault)();
    } const faults[] = {{"overflow", overflow}, {"padding", padding}, {"use-after-free", useAfterFree}, {"signed-overflow", signedOverflow},
            {"race", race}};
    for (const auto& each : faults) {
        if (count == 2 && std::strcmp(words[1], each.name) == 0) {
            each.fault();
            std::puts("nothing was noticed");
            return 0;
        }
    }
    std::puts("planted overflow | padding | use-after-free | signed-overflow | race");
    return 2;
}
