// lls_normalization, lls_normalization_backward.
#include "engine/elementwise/operands.h"

using namespace llmsys;

extern "C" {

lls_status lls_normalization(const char* algorithm, const char* name, const float* x, const float* gamma, const float* beta, float eps, float* y,
                             float* saved, int64_t rows, int64_t columns) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_normalization", "algorithm");
        int64_t size = checkedSize("lls_normalization", {rows, columns});
        requireArray(x, size, "lls_normalization", "x");
        requireArray(y, size, "lls_normalization", "y");
        if (!(eps >= 0)) {
            throw Error(LLS_INVALID, "lls_normalization got eps " + std::to_string(eps), "what is added to a variance is no less than 0",
                        "pass 1e-5");
        }
        auto kernel = chosen<Normalization>("normalization", algorithm, name);
        if (size > 0) {
            kernel->forward(x, gamma, beta, eps, y, saved, rows, columns, *sharedWorkers());
        }
    });
}

lls_status lls_normalization_backward(const char* algorithm, const char* name, const float* x, const float* gamma, const float* saved,
                                      const float* grad_y, float* grad_x, float* grad_gamma, float* grad_beta, int64_t rows, int64_t columns) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_normalization_backward", "algorithm");
        int64_t size = checkedSize("lls_normalization_backward", {rows, columns});
        requireArray(x, size, "lls_normalization_backward", "x");
        requireArray(saved, size, "lls_normalization_backward", "saved");
        requireArray(grad_y, size, "lls_normalization_backward", "grad_y");
        requireArray(grad_x, size, "lls_normalization_backward", "grad_x");
        auto kernel = chosen<Normalization>("normalization", algorithm, name);
        if (size > 0) {
            kernel->backward(x, gamma, saved, grad_y, grad_x, grad_gamma, grad_beta, rows, columns, *sharedWorkers());
        }
    });
}

}  // extern "C"
