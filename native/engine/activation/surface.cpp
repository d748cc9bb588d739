// lls_activation, lls_activation_backward.
#include "engine/elementwise/operands.h"

using namespace llmsys;

extern "C" {

lls_status lls_activation(const char* algorithm, const char* name, const float* x, float* y, int64_t size) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_activation", "algorithm");
        int64_t count = checkedSize("lls_activation", {size});
        requireArray(x, count, "lls_activation", "x");
        requireArray(y, count, "lls_activation", "y");
        chosen<Activation>("activation", algorithm, name)->forward(x, y, count, *sharedWorkers());
    });
}

lls_status lls_activation_backward(const char* algorithm, const char* name, const float* x, const float* y, const float* grad_y, float* grad_x,
                                   int64_t size, int32_t accumulate) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_activation_backward", "algorithm");
        int64_t count = checkedSize("lls_activation_backward", {size});
        requireArray(x, count, "lls_activation_backward", "x");
        requireArray(y, count, "lls_activation_backward", "y");
        requireArray(grad_y, count, "lls_activation_backward", "grad_y");
        requireArray(grad_x, count, "lls_activation_backward", "grad_x");
        chosen<Activation>("activation", algorithm, name)->backward(x, y, grad_y, grad_x, count, accumulate != 0, *sharedWorkers());
    });
}

}  // extern "C"
