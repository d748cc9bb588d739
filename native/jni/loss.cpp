// Slot "loss": org.llmsys.layers.Loss. Its backward adds, so the engine's gradient is taken a block of rows at a time and added.
#include <algorithm>

#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

// Floats of a block: small beside a vocabulary's gradient, large enough for all threads.
constexpr jlong BLOCK = 1 << 20;

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeLoss_forward(JNIEnv* env, jclass, jlong algorithm, jlong name,
    jfloatArray predictions, jlong predictionsAt, jintArray classes, jfloatArray values, jlong valuesAt, jfloatArray losses, jlong lossesAt,
    jlong n, jlong v) {
    Arrays arrays(env, {predictions, classes, values}, {losses});
    arrays.finish(arrays.held() ? lls_loss(text(algorithm), text(name), arrays.floats(predictions, predictionsAt), arrays.ints(classes, 0),
                                           arrays.floats(values, valuesAt), arrays.floats(losses, lossesAt), n, v)
                                : LLS_OUT_OF_MEMORY);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeLoss_backward(JNIEnv* env, jclass, jlong algorithm, jlong name,
    jfloatArray predictions, jlong predictionsAt, jintArray classes, jfloatArray values, jlong valuesAt, jfloatArray gradLosses, jlong gradLossesAt,
    jfloatArray gradPredictions, jlong gradPredictionsAt, jlong n, jlong v) {
    jlong rows = std::min(n, std::max<jlong>(1, BLOCK / std::max<jlong>(1, v)));
    Scratch own(rows * v);
    Arrays arrays(env, {predictions, classes, values, gradLosses}, {gradPredictions});
    lls_status status = own.status();
    if (arrays.held()) {
        const float* from = arrays.floats(predictions, predictionsAt);
        const int32_t* ids = arrays.ints(classes, 0);
        const float* wanted = arrays.floats(values, valuesAt);
        const float* arriving = arrays.floats(gradLosses, gradLossesAt);
        float* into = arrays.floats(gradPredictions, gradPredictionsAt);
        for (jlong row = 0; status == LLS_OK && v > 0 && row < n; row += rows) {
            jlong count = std::min(rows, n - row);
            status = lls_loss_backward(text(algorithm), text(name), from + row * v, ids == nullptr ? nullptr : ids + row,
                                       wanted == nullptr ? nullptr : wanted + row * v, arriving + row, own.data(), count, v);
            if (status == LLS_OK) {
                status = lls_elementwise("add", nullptr, into + row * v, own.data(), 0, into + row * v, count * v);
            }
        }
    }
    arrays.finish(status);
}

}  // extern "C"
