// Slot "optimizer": org.llmsys.training.Optimizer.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

// first, second: what is remembered of the weight; null with address 0 where the algorithm has less.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeOptimizer_update(JNIEnv* env, jclass, jlong algorithm, jlong name,
    jfloatArray weight, jlong weightAt, jfloatArray gradient, jlong gradientAt, jfloatArray first, jlong firstAt, jfloatArray second,
    jlong secondAt, jlong size, jlong step, jdouble learningRate, jdouble beta1, jdouble beta2, jdouble eps, jdouble weightDecay) {
    Arrays arrays(env, {gradient}, {weight, first, second});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        float* memory[] = {arrays.floats(first, firstAt), arrays.floats(second, secondAt)};
        lls_optimizer_step rule = {step, learningRate, beta1, beta2, eps, weightDecay};
        status = lls_optimizer(text(algorithm), text(name), arrays.floats(weight, weightAt), arrays.floats(gradient, gradientAt), memory, size,
            &rule);
    }
    arrays.finish(status);
}

}  // extern "C"
