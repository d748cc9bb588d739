// lls_loss, lls_loss_backward.
#include <string_view>

#include "engine/elementwise/operands.h"

using namespace llmsys;

namespace {

// The targets of the two kinds of losses; the other kind must be null.
void requireTargets(const char* algorithm, const int32_t* classes, const float* values, int64_t n, int64_t size, const char* function) {
    bool ofClasses = std::string_view(algorithm) == "cross-entropy";
    if (ofClasses ? values != nullptr : classes != nullptr) {
        throw Error(LLS_INVALID, std::string(function) + ": " + algorithm + " got " + (ofClasses ? "values" : "classes"),
                    std::string("its targets are ") + (ofClasses ? "classes (N)" : "values (N,V)"), "pass null for the other kind");
    }
    if (ofClasses) {
        requireArray(classes, n, function, "classes");
    } else {
        requireArray(values, size, function, "values");
    }
}

}  // namespace

extern "C" {

lls_status lls_loss(const char* algorithm, const char* name, const float* predictions, const int32_t* classes, const float* values, float* losses,
                    int64_t n, int64_t v) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_loss", "algorithm");
        int64_t size = checkedSize("lls_loss", {n, v});
        requireArray(predictions, size, "lls_loss", "predictions");
        requireArray(losses, n, "lls_loss", "losses");
        auto kernel = chosen<Loss>("loss", algorithm, name);
        requireTargets(algorithm, classes, values, n, size, "lls_loss");
        kernel->forward(predictions, classes, values, losses, n, v, *sharedWorkers());
    });
}

lls_status lls_loss_backward(const char* algorithm, const char* name, const float* predictions, const int32_t* classes, const float* values,
                             const float* grad_losses, float* grad_predictions, int64_t n, int64_t v) {
    return guarded([&] {
        requireNotNull(algorithm, "lls_loss_backward", "algorithm");
        int64_t size = checkedSize("lls_loss_backward", {n, v});
        requireArray(predictions, size, "lls_loss_backward", "predictions");
        requireArray(grad_losses, n, "lls_loss_backward", "grad_losses");
        requireArray(grad_predictions, size, "lls_loss_backward", "grad_predictions");
        auto kernel = chosen<Loss>("loss", algorithm, name);
        requireTargets(algorithm, classes, values, n, size, "lls_loss_backward");
        kernel->backward(predictions, classes, values, grad_losses, grad_predictions, n, v, *sharedWorkers());
    });
}

}  // extern "C"
