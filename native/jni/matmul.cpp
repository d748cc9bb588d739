// Slot "matmul": org.llmsys.matmul.MatmulKernel.
#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

lls_matrix matrix(float* data, jint rows, jint columns, jint rowStride, jint columnStride) { return {data, rows, columns, rowStride, columnStride}; }

}  // namespace

extern "C" {

// count matrices, operands aStride, bStride, cStride apart; bias (N) or null goes with one.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeMatmul_multiply(JNIEnv* env, jclass, jlong name, jfloatArray a, jint aAt, jint m,
    jint k, jint aRow, jint aColumn, jint aStride, jfloatArray b, jint bAt, jint bRow, jint bColumn, jint bStride, jfloatArray bias, jint biasAt,
    jfloatArray c, jint cAt, jint n, jint cRow, jint cColumn, jint cStride, jint count, jboolean accumulate) {
    Arrays arrays(env, {a, b, bias}, {c});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        lls_matrix left = matrix(arrays.floats(a, aAt), m, k, aRow, aColumn);
        lls_matrix right = matrix(arrays.floats(b, bAt), k, n, bRow, bColumn);
        lls_matrix result = matrix(arrays.floats(c, cAt), m, n, cRow, cColumn);
        status = count == 1 ? lls_matmul(text(name), &left, &right, bias == nullptr ? nullptr : arrays.floats(bias, biasAt), &result, accumulate)
                            : lls_matmul_batch(text(name), &left, aStride, &right, bStride, &result, cStride, count, accumulate);
    }
    arrays.finish(status);
}

// Panels as org.llmsys.matmul.WeightPanels lays them: data is its array of floats, shorts or bytes, type a number of lls_dtype.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeMatmul_multiplyPanels(JNIEnv* env, jclass, jlong name, jfloatArray a, jint aAt,
    jint m, jint aRow, jint aColumn, jint type, jobject data, jfloatArray scales, jint k, jint n, jfloatArray bias, jint biasAt, jfloatArray c,
    jint cAt, jint cRow, jint cColumn) {
    auto* weights = static_cast<jarray>(data);
    Arrays arrays(env, {a, weights, scales, bias}, {c});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        lls_matrix left = matrix(arrays.floats(a, aAt), m, k, aRow, aColumn);
        lls_matrix result = matrix(arrays.floats(c, cAt), m, n, cRow, cColumn);
        lls_panels panels = {arrays.floats(weights, 0), scales == nullptr ? nullptr : arrays.floats(scales, 0), static_cast<lls_dtype>(type), k, n};
        status = lls_matmul_panels(text(name), &left, &panels, bias == nullptr ? nullptr : arrays.floats(bias, biasAt), &result);
    }
    arrays.finish(status);
}

}  // extern "C"
