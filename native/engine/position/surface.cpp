// lls_rope, lls_sinusoidal.
#include <cmath>

#include "engine/core/buffer.h"
#include "engine/elementwise/operands.h"

using namespace llmsys;

namespace {

void requireTheta(double theta, const char* function) {
    if (!(theta > 0) || !std::isfinite(theta)) {
        throw Error(LLS_INVALID, std::string(function) + " got theta " + std::to_string(theta), "wavelengths are powers of a number above 0",
                    "pass 10000");
    }
}

// theta^(-2i/HS)
Buffer powersOf(double theta, int64_t pairs) {
    Buffer frequencies(pairs * static_cast<int64_t>(sizeof(double)), "position");
    for (int64_t i = 0; i < pairs; i++) {
        static_cast<double*>(frequencies.data())[i] = std::pow(theta, -static_cast<double>(i) / static_cast<double>(pairs));
    }
    return frequencies;
}

}  // namespace

extern "C" {

lls_status lls_rope(const char* name, const lls_heads* heads, const int32_t* positions, const double* frequencies, double theta, int32_t interleaved,
                    int32_t inverse) {
    return guarded([&] {
        requireHeads(heads, "lls_rope", "heads", true);
        if (heads->width % 2 != 0) {
            throw Error(LLS_SHAPE, "lls_rope got heads " + shapeOf(*heads), "elements turn in pairs, and a head of odd width leaves one over",
                        "use an even head dim");
        }
        requireArray(positions, heads->rows, "lls_rope", "positions");
        auto kernel = chosen<Position>("position", "rope", name);
        if (heads->batch == 0 || heads->heads == 0 || heads->rows == 0 || heads->width == 0) {
            return;
        }
        Buffer own;
        if (frequencies == nullptr) {
            requireTheta(theta, "lls_rope");
            own = powersOf(theta, heads->width / 2);
            frequencies = static_cast<const double*>(own.data());
        }
        kernel->rotate(*heads, positions, frequencies, interleaved != 0, inverse != 0, *sharedWorkers());
    });
}

lls_status lls_sinusoidal(const char* name, float* x, int64_t start, int64_t t, int64_t c, double theta) {
    return guarded([&] {
        int64_t size = checkedSize("lls_sinusoidal", {t, c});
        requireArray(x, size, "lls_sinusoidal", "x");
        requireTheta(theta, "lls_sinusoidal");
        int64_t end = 0;
        if (start < 0 || __builtin_add_overflow(start, t, &end)) {
            throw Error(LLS_INVALID, "lls_sinusoidal got the first position " + std::to_string(start), "positions count from 0",
                        "pass where x begins");
        }
        auto kernel = chosen<Position>("position", "sinusoidal", name);
        if (size > 0) {
            kernel->add(x, start, t, c, theta, *sharedWorkers());
        }
    });
}

}  // extern "C"
