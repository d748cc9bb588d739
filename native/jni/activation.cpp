// Slot "activation": org.llmsys.layers.Activation.
#include <algorithm>

#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeActivation_forward(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray x,
    jlong xAt, jfloatArray y, jlong yAt, jlong size) {
    Arrays arrays(env, {x}, {y});
    arrays.finish(arrays.held() ? lls_activation(text(algorithm), text(name), arrays.floats(x, xAt), arrays.floats(y, yAt),
        size) : LLS_OUT_OF_MEMORY);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeActivation_backward(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray x,
    jlong xAt, jfloatArray y, jlong yAt, jfloatArray gradY, jlong gradYAt, jfloatArray gradX, jlong gradXAt, jlong size, jboolean accumulate) {
    Arrays arrays(env, {x, y, gradY}, {gradX});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        float* into = arrays.floats(gradX, gradXAt);
        if (!accumulate) {
            std::fill(into, into + size, 0.0f);                        // Java's overwriting is adding to zeros, to the sign of a zero
        }
        status = lls_activation_backward(text(algorithm), text(name), arrays.floats(x, xAt), arrays.floats(y, yAt), arrays.floats(gradY, gradYAt),
            into, size,
                                         1);
    }
    arrays.finish(status);
}

}  // extern "C"
