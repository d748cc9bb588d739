// Damage to files, seeded: what malformed files are made of, and the bounds that reading one must keep.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>

namespace llmsys::test {

// `few` files, LLMSYS_FUZZ times as many in the long lane.
inline int rounds(int few) {
    const char* times = std::getenv("LLMSYS_FUZZ");
    return few * std::clamp(times == nullptr ? 1 : std::atoi(times), 1, 100);
}

// One thing wrong, among the first `head` bytes when it is not a cut.
inline std::string damaged(const std::string& good, std::mt19937_64& random, size_t head = 1600) {
    std::string bad = good;
    size_t end = std::min<size_t>(bad.size(), head);
    switch (random() % 7) {
        case 0: bad.resize(random() % bad.size()); break;
        case 1: bad[random() % end] ^= static_cast<char>(1u << random() % 8); break;
        case 2: bad[random() % end] = static_cast<char>(random()); break;
        case 3: {                                                    // a number of the largest kind
            uint64_t value = random() % 2 == 0 ? UINT64_MAX : uint64_t{1} << (random() % 64);
            std::memcpy(bad.data() + random() % (end - 8), &value, 1 + random() % 8);
            break;
        }
        case 4: bad.erase(random() % end, 1 + random() % 16); break;
        case 5: bad.insert(random() % end, std::string(1 + random() % 16, static_cast<char>(random()))); break;
        default: {
            size_t from = random() % (end - 32);
            bad.replace(random() % (end - 32), 16, bad.substr(from, 16));
        }
    }
    return bad;
}

// From its making on: whether reading one file hung (it takes milliseconds; speed is not measured here) or took more than 64 MiB. A sanitizer keeps
// memory back, so there only what hangs is seen.
class Bounds {
public:
    bool kept() const {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        return seconds() < 20;
#else
        return seconds() < 5 && resident() < resident_ + (int64_t{64} << 20);
#endif
    }

private:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }
    static int64_t resident() {
        int64_t all = 0, pages = 0;
        std::ifstream("/proc/self/statm") >> all >> pages;
        return pages * 4096;
    }

    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    int64_t resident_ = resident();
};

}  // namespace llmsys::test
