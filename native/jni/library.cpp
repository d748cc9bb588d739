// The library as a whole: version, processor, threads, and the list of implementations. org.llmsys.bindings.internal.LoadedLibrary
#include <cstdio>

#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_abi0(JNIEnv*, jclass) { return static_cast<jint>(lls_abi_version()); }

JNIEXPORT jstring JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_version0(JNIEnv* env, jclass) { return toJava(env, lls_version()); }

JNIEXPORT jstring JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_cpu0(JNIEnv* env, jclass) { return toJava(env, lls_cpu()); }

JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_threads0(JNIEnv*, jclass) { return lls_threads(); }

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_setThreads0(JNIEnv* env, jclass, jint threads) { raise(env,
    lls_set_threads(threads)); }

JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_count0(JNIEnv* env, jclass) {
    int32_t count = 0;
    raise(env, lls_implementations(nullptr, &count));
    return count;
}

// {slot, algorithm, name, numerics, summary, reference, ranking, usable}
JNIEXPORT jobjectArray JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_implementation0(JNIEnv* env, jclass, jint index) {
    lls_implementation_info info;
    lls_status status = lls_implementation(nullptr, index, &info);
    raise(env, status);
    jclass strings = status == LLS_OK ? env->FindClass("java/lang/String") : nullptr;
    jobjectArray told = strings == nullptr ? nullptr : env->NewObjectArray(8, strings, nullptr);
    if (told == nullptr) {
        return nullptr;
    }
    char ranking[16];
    snprintf(ranking, sizeof ranking, "%d", static_cast<int>(info.ranking));
    const char* texts[] = {info.slot, info.algorithm, info.name, info.numerics, info.summary, info.reference, ranking,
        info.usable ? "true" : "false"};
    for (jsize i = 0; i < 8; i++) {
        jstring one = toJava(env, texts[i] == nullptr ? "" : texts[i]);
        if (one == nullptr) {
            return nullptr;
        }
        env->SetObjectArrayElement(told, i, one);
        env->DeleteLocalRef(one);
        if (env->ExceptionCheck()) {
            return nullptr;
        }
    }
    return told;
}

}  // extern "C"
