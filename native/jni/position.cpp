// Slot "position": org.llmsys.position.PositionalEncoding.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

// Heads (B,NH,T,HS), side by side, turned in place; frequencies: the address of HS/2 doubles.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeRotation_turn(JNIEnv* env, jclass, jlong name, jfloatArray heads, jlong headsAt,
    jlong batch, jlong count, jlong sequence, jlong headDim, jintArray positions, jlong frequencies, jboolean interleaved, jboolean inverse) {
    Arrays arrays(env, {positions}, {heads});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        lls_heads turned = {arrays.floats(heads, headsAt), batch, count, sequence, headDim, count * sequence * headDim, sequence * headDim, headDim};
        status = lls_rope(text(name), &turned, arrays.ints(positions, 0), reinterpret_cast<const double*>(frequencies), 0, interleaved, inverse);
    }
    arrays.finish(status);
}

// x (T,C) += waves from position start on.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeSinusoid_add(JNIEnv* env, jclass, jlong name, jfloatArray x, jlong xAt, jlong start,
    jlong t, jlong c, jdouble theta) {
    Arrays arrays(env, {}, {x});
    arrays.finish(arrays.held() ? lls_sinusoidal(text(name), arrays.floats(x, xAt), start, t, c, theta) : LLS_OUT_OF_MEMORY);
}

}  // extern "C"
