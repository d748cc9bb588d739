// Slot "elementwise": org.llmsys.tensor.ElementwiseKernel.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

// operation: the address of its name. b null with address 0 for those of one operand.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeElementwise_apply(JNIEnv* env, jclass, jlong operation, jlong name, jfloatArray a,
    jlong aAt, jfloatArray b, jlong bAt, jfloat by, jfloatArray y, jlong yAt, jlong size) {
    Arrays arrays(env, {a, b}, {y});
    arrays.finish(arrays.held() ? lls_elementwise(text(operation), text(name), arrays.floats(a, aAt), arrays.floats(b, bAt), by, arrays.floats(y,
        yAt), size)
                                : LLS_OUT_OF_MEMORY);
}

}  // extern "C"
