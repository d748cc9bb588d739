// What this processor can do, asked once at run time; kernels for more than the baseline are chosen by it.
#pragma once

#include <string>

namespace llmsys {

struct Cpu {
    bool avx2 = false;        // with FMA and F16C
    bool avx512 = false;      // F, BW, VL, DQ
    bool vnni = false;        // AVX-512 VNNI
    bool avxVnni = false;     // VNNI on 256 bits

    // The processor underneath, as far as LLMSYS_CPU (scalar, avx2, avx512) lets it be seen.
    static const Cpu& here();
    std::string text() const;
};

}  // namespace llmsys
