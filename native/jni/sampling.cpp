// Slots "sampler" and "filter": org.llmsys.sampling.Sampler, LogitsFilter.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_NativeSampler_pick(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray logits,
    jlong v, jdouble draw) {
    int32_t id = 0;
    Arrays arrays(env, {logits}, {});
    arrays.finish(arrays.held() ? lls_sample(text(algorithm), text(name), arrays.floats(logits, 0), v, draw, &id) : LLS_OUT_OF_MEMORY);
    return id;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeFilter_apply(JNIEnv* env, jclass, jlong algorithm, jlong name, jfloatArray logits,
    jlong v, jdouble setting) {
    Arrays arrays(env, {}, {logits});
    arrays.finish(arrays.held() ? lls_filter(text(algorithm), text(name), arrays.floats(logits, 0), v, setting) : LLS_OUT_OF_MEMORY);
}

}  // extern "C"
