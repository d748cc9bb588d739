// Random numbers that are functions of where they are drawn: the same seed and places give the same numbers, whatever was drawn before, so a repeated
// step repeats its draws. SplitMix64 over a hash of seed and places; the numbers of the Java engine, bit by bit.
//
//   state += golden gamma;  number = mix(state)        mix: a bijection of 64 bits that flips half of them for any change
//
// Steele, Lea, Flood 2014, Fast Splittable Pseudorandom Number Generators, https://doi.org/10.1145/2660193.2660195
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace llmsys {

// For one thread. Streams of different places are independent.
class RandomStream {
public:
    // The plain SplitMix64 sequence from a state.
    explicit RandomStream(uint64_t state) : state_(state) {}

    // RandomStream::at(seed, {step, layer})
    static RandomStream at(uint64_t seed, std::initializer_list<uint64_t> places = {}) {
        uint64_t state = mix(seed + GOLDEN_GAMMA);
        for (uint64_t place : places) {
            state = mix(state ^ mix(place + GOLDEN_GAMMA));
        }
        return RandomStream(state);
    }

    // Uniform over all 64 bits.
    uint64_t nextLong() {
        state_ += GOLDEN_GAMMA;
        return mix(state_);
    }

    // Uniform in [0, 1), 53 bits.
    double nextDouble() { return static_cast<double>(nextLong() >> 11) * 0x1p-53; }

    // Uniform from 0 to bound - 1, without bias. bound: positive.
    int64_t nextLong(int64_t bound) {
        int64_t largest = INT64_MAX - INT64_MAX % bound;
        int64_t draw = 0;
        do {
            draw = static_cast<int64_t>(nextLong() >> 1);
        } while (draw >= largest);
        return draw % bound;
    }

    // Normal with mean 0 and deviation 1 (Box and Muller). Equal to Java's up to the last bits of log and cos.
    double nextGaussian() {
        double radius = std::sqrt(-2 * std::log(1 - nextDouble()));
        return radius * std::cos(2 * 3.14159265358979323846 * nextDouble());
    }

private:
    static constexpr uint64_t GOLDEN_GAMMA = 0x9E3779B97F4A7C15u;

    static uint64_t mix(uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    uint64_t state_;
};

}  // namespace llmsys
