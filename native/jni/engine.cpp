// The whole engine: models, tokenizers and sessions. org.llmsys.bindings.internal.EngineModel, EngineSession
#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

lls_handle handle(jlong number) { return static_cast<lls_handle>(number); }

}  // namespace

extern "C" {

// path and type: addresses of texts; type 0 for as-is.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_EngineModel_load0(JNIEnv* env, jclass, jlong path, jlong type) {
    lls_handle model = 0;
    raise(env, lls_model_load(text(path), text(type), &model));
    return static_cast<jlong>(model);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_EngineModel_close0(JNIEnv* env, jclass, jlong model) { raise(env,
    lls_model_close(handle(model))); }

// {vocabSize, contextLength, parameters, bytes}
JNIEXPORT jlongArray JNICALL Java_org_llmsys_bindings_internal_EngineModel_sizes0(JNIEnv* env, jclass, jlong model) {
    lls_model_config config = {};
    lls_status status = lls_model_config_of(handle(model), &config);
    raise(env, status);
    jlongArray told = status == LLS_OK ? env->NewLongArray(4) : nullptr;
    if (told != nullptr) {
        jlong numbers[] = {config.vocab_size, config.context_length, config.parameters, config.bytes};
        env->SetLongArrayRegion(told, 0, 4, numbers);
    }
    return told;
}

// The tokenizer that came with the model; 0 when there is none.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_EngineModel_tokenizer0(JNIEnv* env, jclass, jlong model) {
    lls_handle tokenizer = 0;
    lls_status status = lls_model_tokenizer(handle(model), &tokenizer);
    if (status != LLS_NOT_FOUND) {
        raise(env, status);
    }
    return status == LLS_OK ? static_cast<jlong>(tokenizer) : 0;
}

JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_EngineModel_loadTokenizer0(JNIEnv* env, jclass, jlong path) {
    lls_handle tokenizer = 0;
    raise(env, lls_tokenizer_load(text(path), nullptr, &tokenizer));
    return static_cast<jlong>(tokenizer);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_EngineModel_closeTokenizer0(JNIEnv* env, jclass, jlong tokenizer) {
    raise(env, lls_tokenizer_close(handle(tokenizer)));
}

static lls_generation_options options(jint maxTokens, jdouble temperature, jint topK, jdouble topP, jlong seed, jboolean slide, jint alternatives,
                                      jboolean promptScores) {
    lls_generation_options options;
    lls_generation_defaults(&options);
    options.max_tokens = maxTokens;
    options.temperature = temperature;
    options.top_k = topK;
    options.top_p = topP;
    options.seed = static_cast<uint64_t>(seed);
    options.slide = slide;
    options.alternatives = alternatives;
    options.prompt_scores = promptScores;
    return options;
}

JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_EngineSession_memory0(JNIEnv* env, jclass, jlong model, jlong prompt, jint maxTokens,
    jboolean slide, jint alternatives, jboolean promptScores) {
    lls_generation_options asked = options(maxTokens, 0, 0, 1, 0, slide, alternatives, promptScores);
    int64_t bytes = 0;
    raise(env, lls_session_memory(handle(model), prompt, &asked, &bytes));
    return bytes;
}

// prompt and stops: addresses of ids.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_EngineSession_open0(JNIEnv* env, jclass, jlong model, jlong prompt, jlong count,
    jint maxTokens, jdouble temperature, jint topK, jdouble topP, jlong seed, jboolean slide, jint alternatives, jboolean promptScores, jlong stops,
    jint stopCount) {
    lls_generation_options asked = options(maxTokens, temperature, topK, topP, seed, slide, alternatives, promptScores);
    asked.stop_tokens = reinterpret_cast<const int32_t*>(stops);
    asked.stop_token_count = stopCount;
    lls_handle session = 0;
    raise(env, lls_session_open(handle(model), reinterpret_cast<const int32_t*>(prompt), count, &asked, &session));
    return static_cast<jlong>(session);
}

// Writes the bits of the log-probability to told[0]; the stop reason, or null, is the result, and told[1] the id.
JNIEXPORT jstring JNICALL Java_org_llmsys_bindings_internal_EngineSession_next0(JNIEnv* env, jclass, jlong session, jdoubleArray told) {
    lls_token token = {};
    lls_status status = lls_session_next(handle(session), &token);
    raise(env, status);
    if (status != LLS_OK) {
        return nullptr;
    }
    jdouble numbers[] = {token.log_probability, static_cast<jdouble>(token.id)};
    env->SetDoubleArrayRegion(told, 0, 2, numbers);
    return env->ExceptionCheck() ? nullptr : toJava(env, token.stop);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_EngineSession_logits0(JNIEnv* env, jclass, jlong session, jfloatArray logits) {
    Arrays arrays(env, {}, {logits});
    arrays.finish(arrays.held() ? lls_session_logits(handle(session), arrays.floats(logits, 0)) : LLS_OUT_OF_MEMORY);
}

// How many; ids and log-probabilities of as many as the arrays hold.
JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_EngineSession_alternatives0(JNIEnv* env, jclass, jlong session, jintArray ids,
    jfloatArray scores) {
    jint capacity = env->GetArrayLength(ids);
    int32_t count = 0;
    Arrays arrays(env, {}, {ids, scores});
    arrays.finish(arrays.held() ? lls_session_alternatives(handle(session), arrays.ints(ids, 0), arrays.floats(scores, 0), capacity, &count)
                                : LLS_OUT_OF_MEMORY);
    return count;
}

JNIEXPORT jfloatArray JNICALL Java_org_llmsys_bindings_internal_EngineSession_promptScores0(JNIEnv* env, jclass, jlong session) {
    int64_t count = 0;
    lls_status status = lls_session_prompt_scores(handle(session), nullptr, 0, &count);
    jfloatArray told = status == LLS_OK ? env->NewFloatArray(static_cast<jsize>(count)) : nullptr;
    if (told != nullptr && count > 0) {
        Arrays arrays(env, {}, {told});
        arrays.finish(arrays.held() ? lls_session_prompt_scores(handle(session), arrays.floats(told, 0), count, &count) : LLS_OUT_OF_MEMORY);
        return told;
    }
    raise(env, status);
    return told;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_EngineSession_cancel0(JNIEnv* env, jclass, jlong session) {
    raise(env, lls_session_cancel(handle(session)));
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_EngineSession_close0(JNIEnv* env, jclass, jlong session) {
    raise(env, lls_session_close(handle(session)));
}

}  // extern "C"
