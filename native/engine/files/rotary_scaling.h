// How fast each pair of a rotary encoding turns, in radians a position, from fast to slow: the plain rule and the ways to stretch it.
//
//   plain     w_i = theta^(-2i/HS),  i = 0 ... HS/2 - 1                  Su et al. 2021, arXiv 2104.09864
//   linear    w_i / s                                                    Chen et al. 2023, arXiv 2306.15595
//   ntk       w_i with theta * s^(HS/(HS-2)) for theta                   described in Peng et al. 2023, arXiv 2309.00071
//   llama3    (1-g) w_i / s + g w_i,  g = (original/wave - low) / (high - low) cut to 0 ... 1,  wave = 2 pi / w_i         Llama 3, arXiv 2407.21783
//   yarn      r w_i / s + (1-r) w_i,  r rises from 0 to 1 over the pairs between those that turn betaFast and betaSlow times in the original
//             context; turned heads are multiplied by a magnitude        Peng et al. 2023
//   factors   w_i / f_i                                                  GGUF's rope_freqs.weight
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llmsys {

struct RotaryScaling {
    enum class Kind { PLAIN, LINEAR, NTK, LLAMA3, YARN, FACTORS };

    Kind kind = Kind::PLAIN;
    double factor = 1;            // s, at least 1
    double low = 1;               // llama3
    double high = 4;
    double original = 0;          // context of the first training: llama3, yarn
    double betaFast = 32;         // yarn
    double betaSlow = 1;
    bool wholePairs = true;       // yarn: the ramp begins and ends at a whole pair
    double magnitude = 1;         // yarn
    std::vector<float> factors;   // one a pair

    // What is wrong with the numbers, or "".
    std::string wrong(int64_t headDim, double theta) const;
    // HS/2 numbers.
    std::vector<double> frequencies(int64_t headDim, double theta) const;
    // 0.1 scale ln(s) + 1, and 1 for s up to 1: yarn's usual magnitude.
    static double usualMagnitude(double factor, double scale);
};

}  // namespace llmsys
