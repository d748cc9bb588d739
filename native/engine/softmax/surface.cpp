// lls_softmax, lls_softmax_backward.
#include "engine/elementwise/operands.h"

using namespace llmsys;

extern "C" {

lls_status lls_softmax(const char* algorithm, const char* name, const float* x, float* y, int64_t rows, int64_t columns) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_softmax", "algorithm");
        int64_t size = checkedSize("lls_softmax", {rows, columns});
        requireArray(x, size, "lls_softmax", "x");
        requireArray(y, size, "lls_softmax", "y");
        auto kernel = chosen<Softmax>("softmax", algorithm, name);
        if (size > 0) {
            kernel->forward(x, y, rows, columns, *sharedWorkers());
        }
    });
}

lls_status lls_softmax_backward(const char* algorithm, const char* name, const float* y, const float* grad_y, float* grad_x, int64_t rows,
                                int64_t columns, int32_t accumulate) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_softmax_backward", "algorithm");
        int64_t size = checkedSize("lls_softmax_backward", {rows, columns});
        requireArray(y, size, "lls_softmax_backward", "y");
        requireArray(grad_y, size, "lls_softmax_backward", "grad_y");
        requireArray(grad_x, size, "lls_softmax_backward", "grad_x");
        auto kernel = chosen<Softmax>("softmax", algorithm, name);
        if (size > 0) {
            kernel->backward(y, grad_y, grad_x, rows, columns, accumulate != 0, *sharedWorkers());
        }
    });
}

}  // extern "C"
