// Slot "embedding": org.llmsys.embedding.EmbeddingLookup.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeEmbedding_forward(JNIEnv* env, jclass, jlong name, jintArray ids, jlong count,
    jfloatArray table, jlong tableAt, jlong v, jlong c, jfloatArray x, jlong xAt) {
    Arrays arrays(env, {ids, table}, {x});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        lls_weights rows = {arrays.floats(table, tableAt), LLS_F32, v, c};
        status = lls_embedding(text(name), arrays.ints(ids, 0), count, &rows, arrays.floats(x, xAt));
    }
    arrays.finish(status);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeEmbedding_backward(JNIEnv* env, jclass, jlong name, jintArray ids, jlong count,
    jfloatArray gradX, jlong gradXAt, jfloatArray gradTable, jlong gradTableAt, jlong v, jlong c) {
    Arrays arrays(env, {ids, gradX}, {gradTable});
    arrays.finish(arrays.held() ? lls_embedding_backward(text(name), arrays.ints(ids, 0), count, arrays.floats(gradX, gradXAt),
                                                         arrays.floats(gradTable, gradTableAt), v, c)
                                : LLS_OUT_OF_MEMORY);
}

}  // extern "C"
