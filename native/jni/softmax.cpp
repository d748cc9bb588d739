// Slot "softmax": org.llmsys.layers.Softmax. Its backward adds.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeSoftmax_forward(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray x,
    jlong xAt, jfloatArray y, jlong yAt, jlong rows, jlong columns) {
    Arrays arrays(env, {x}, {y});
    arrays.finish(arrays.held() ? lls_softmax(text(algorithm), text(name), arrays.floats(x, xAt), arrays.floats(y, yAt), rows,
        columns) : LLS_OUT_OF_MEMORY);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeSoftmax_backward(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray y,
    jlong yAt, jfloatArray gradY, jlong gradYAt, jfloatArray gradX, jlong gradXAt, jlong rows, jlong columns) {
    Arrays arrays(env, {y, gradY}, {gradX});
    arrays.finish(arrays.held() ? lls_softmax_backward(text(algorithm), text(name), arrays.floats(y, yAt), arrays.floats(gradY, gradYAt),
                                                       arrays.floats(gradX, gradXAt), rows, columns, 1)
                                : LLS_OUT_OF_MEMORY);
}

}  // extern "C"
