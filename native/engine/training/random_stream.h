// Numbers that are a function of a seed and a place, so that any of them can be computed without those before it: SplitMix64 (Steele, Lea, Flood
// 2014,
// Fast splittable pseudorandom number generators) begun at mixed(seed, places). Equal to the streams of the engine in Java.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace llmsys {

class RandomStream {
public:
    RandomStream(uint64_t seed, std::initializer_list<uint64_t> places) : state_(mixed(seed + GOLDEN)) {
        for (uint64_t place : places) {
            state_ = mixed(state_ ^ mixed(place + GOLDEN));
        }
    }

    // Uniform over 64 bits.
    uint64_t next() { return mixed(state_ += GOLDEN); }
    // Uniform in [0,1), 53 bits.
    double nextDouble() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    // Uniform from 0 to bound - 1, bound at least 1: draws beyond the last multiple of it are drawn again.
    int64_t nextBelow(int64_t bound) {
        const int64_t end = INT64_MAX - INT64_MAX % bound;
        int64_t draw;
        do {
            draw = static_cast<int64_t>(next() >> 1);
        } while (draw >= end);
        return draw % bound;
    }
    // Normal with mean 0 and deviation 1 (Box and Muller 1958).
    double nextGaussian() {
        double radius = std::sqrt(-2 * std::log(1 - nextDouble()));
        return radius * std::cos(2 * 3.14159265358979323846 * nextDouble());
    }

private:
    static constexpr uint64_t GOLDEN = 0x9E3779B97F4A7C15u;

    static uint64_t mixed(uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    uint64_t state_;
};

}  // namespace llmsys
