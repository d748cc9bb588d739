// The data pipeline: org.llmsys.bindings.internal.OpenPipeline. Waits for batches, so no array of Java is held meanwhile.
#include "jni/bridge.h"
#include "jni/rust.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT jboolean JNICALL Java_org_llmsys_bindings_internal_LoadedLibrary_rust0(JNIEnv*, jclass) { return hasRust(); }

// paths: the address of pathCount addresses of texts; kind, a text; tokenizer 0 for shards of ids.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_OpenPipeline_open0(JNIEnv* env, jclass, jlong paths, jint pathCount, jlong kind,
    jlong tokenizer, jint batch, jint contextLength, jint threads, jint prefetch, jlong seed, jlong epochs) {
    lls_handle pipeline = 0;
    lls_status status = requireRust("there is no data pipeline");
    if (status == LLS_OK) {
        lls_pipeline_options options;
        lls_pipeline_defaults(&options);
        options.paths = reinterpret_cast<const char* const*>(paths);
        options.path_count = pathCount;
        options.kind = text(kind);
        options.tokenizer = static_cast<lls_handle>(tokenizer);
        options.batch = batch;
        options.context_length = contextLength;
        options.threads = threads;
        options.prefetch = prefetch;
        options.seed = static_cast<uint64_t>(seed);
        options.epochs = epochs;
        status = lls_pipeline_open(&options, &pipeline);
    }
    raise(env, status);
    return static_cast<jlong>(pipeline);
}

// inputs and targets: addresses of batch * contextLength numbers. False when all epochs are over.
JNIEXPORT jboolean JNICALL Java_org_llmsys_bindings_internal_OpenPipeline_next0(JNIEnv* env, jclass, jlong pipeline, jlong inputs, jlong targets) {
    int32_t end = 0;
    lls_status status = requireRust("there is no data pipeline");
    if (status == LLS_OK) {
        status = lls_pipeline_next(static_cast<lls_handle>(pipeline), reinterpret_cast<int32_t*>(inputs), reinterpret_cast<int32_t*>(targets), &end);
    }
    raise(env, status);
    return status == LLS_OK && end == 0;
}

// {tokens, batches, epoch, waiting, waitingBytes, readerStalls, consumerStalls}
JNIEXPORT jlongArray JNICALL Java_org_llmsys_bindings_internal_OpenPipeline_stats0(JNIEnv* env, jclass, jlong pipeline) {
    lls_pipeline_stats stats = {};
    lls_status status = requireRust("there is no data pipeline");
    if (status == LLS_OK) {
        status = lls_pipeline_stats_of(static_cast<lls_handle>(pipeline), &stats);
    }
    raise(env, status);
    jlongArray told = status == LLS_OK ? env->NewLongArray(7) : nullptr;
    if (told != nullptr) {
        jlong numbers[] = {stats.tokens, stats.batches, stats.epoch, stats.waiting, stats.waiting_bytes, stats.reader_stalls, stats.consumer_stalls};
        env->SetLongArrayRegion(told, 0, 7, numbers);
    }
    return told;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_OpenPipeline_close0(JNIEnv* env, jclass, jlong pipeline) {
    lls_status status = requireRust("there is no data pipeline");
    raise(env, status == LLS_OK ? lls_pipeline_close(static_cast<lls_handle>(pipeline)) : status);
}

}  // extern "C"
