// The allocator: org.llmsys.bindings.internal.AllocatedMemory.
#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

jlongArray numbers(JNIEnv* env, const lls_memory_stats& stats) {
    jlong told[] = {stats.live_bytes, stats.peak_bytes, stats.allocations, stats.frees, stats.limit_bytes};
    jlongArray array = env->NewLongArray(5);
    if (array != nullptr) {
        env->SetLongArrayRegion(array, 0, 5, told);
    }
    return array;
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_AllocatedMemory_allocate0(JNIEnv* env, jclass, jlong bytes, jlong owner) {
    void* memory = nullptr;
    raise(env, lls_allocate(bytes, text(owner), &memory));
    return reinterpret_cast<jlong>(memory);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_AllocatedMemory_free0(JNIEnv* env, jclass, jlong address) {
    raise(env, lls_free(reinterpret_cast<void*>(address)));
}

JNIEXPORT jlongArray JNICALL Java_org_llmsys_bindings_internal_AllocatedMemory_total0(JNIEnv* env, jclass) {
    lls_memory_stats stats = {};
    lls_status status = lls_memory_total(&stats);
    raise(env, status);
    return status == LLS_OK ? numbers(env, stats) : nullptr;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_AllocatedMemory_limit0(JNIEnv* env, jclass, jlong bytes) { raise(env,
    lls_memory_limit(bytes)); }

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_AllocatedMemory_failAt0(JNIEnv* env, jclass, jlong n) { raise(env, lls_memory_fail_at(n)); }

}  // extern "C"
