// Slot "attention": org.llmsys.attention.AttentionKernel. Its backward adds, so the engine's gradients are taken apart and added.
#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

// layout: B, NH, T, HS, NKV, S, causal, then for each operand its strides over batch, heads, rows.
constexpr int SIZES = 7;
constexpr int MOST = SIZES + 3 * 8;

struct Layout {
    jlong numbers[MOST];

    bool read(JNIEnv* env, jlongArray layout, int operands) {
        env->GetLongArrayRegion(layout, 0, SIZES + 3 * operands, numbers);
        return !env->ExceptionCheck();
    }
    lls_heads queries(float* data, int operand) const { return heads(data, numbers[1], numbers[2], operand); }
    lls_heads keys(float* data, int operand) const { return heads(data, numbers[4], numbers[5], operand); }

private:
    lls_heads heads(float* data, jlong count, jlong rows, int operand) const {
        const jlong* strides = numbers + SIZES + 3 * operand;
        return {data, numbers[0], count, rows, numbers[3], strides[0], strides[1], strides[2]};
    }
};

int64_t sizeOf(const lls_heads& x) { return x.batch * x.heads * x.rows * x.width; }

lls_heads sideBySide(const lls_heads& like, float* data) {
    return {data, like.batch, like.heads, like.rows, like.width, like.heads * like.rows * like.width, like.rows * like.width, like.width};
}

void add(const lls_heads& from, const lls_heads& to) {
    const float* next = from.data;
    for (int64_t b = 0; b < to.batch; b++) {
        for (int64_t h = 0; h < to.heads; h++) {
            for (int64_t t = 0; t < to.rows; t++, next += to.width) {
                float* row = to.data + b * to.batch_stride + h * to.head_stride + t * to.row_stride;
                for (int64_t i = 0; i < to.width; i++) {
                    row[i] += next[i];
                }
            }
        }
    }
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeAttention_forward(JNIEnv* env, jclass, jlong name, jlongArray layout, jfloatArray q,
    jlong qAt, jfloatArray k, jlong kAt, jfloatArray v, jlong vAt, jintArray lengths, jfloatArray slopes, jfloatArray out, jlong outAt,
    jfloatArray logSumExp, jlong logSumExpAt) {
    Layout of;
    if (!of.read(env, layout, 4)) {
        return;
    }
    Arrays arrays(env, {q, k, v, lengths, slopes}, {out, logSumExp});
    lls_status status = LLS_OUT_OF_MEMORY;
    if (arrays.held()) {
        lls_heads queries = of.queries(arrays.floats(q, qAt), 0);
        lls_heads keys = of.keys(arrays.floats(k, kAt), 1);
        lls_heads values = of.keys(arrays.floats(v, vAt), 2);
        lls_heads result = of.queries(arrays.floats(out, outAt), 3);
        lls_mask mask = {static_cast<int32_t>(of.numbers[6]), 0, arrays.ints(lengths, 0), arrays.floats(slopes, 0)};
        status = lls_attention(text(name), &queries, &keys, &values, &mask, &result, arrays.floats(logSumExp, logSumExpAt));
    }
    arrays.finish(status);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeAttention_backward(JNIEnv* env, jclass, jlong name, jlongArray layout, jfloatArray q,
    jlong qAt, jfloatArray k, jlong kAt, jfloatArray v, jlong vAt, jintArray lengths, jfloatArray slopes, jfloatArray out, jlong outAt,
    jfloatArray logSumExp, jlong logSumExpAt, jfloatArray gradOut, jlong gradOutAt, jfloatArray gradQ, jlong gradQAt, jfloatArray gradK,
    jlong gradKAt, jfloatArray gradV, jlong gradVAt) {
    Layout of;
    if (!of.read(env, layout, 8)) {
        return;
    }
    Scratch scratch(sizeOf(of.queries(nullptr, 0)) + 2 * sizeOf(of.keys(nullptr, 1)));
    Arrays arrays(env, {q, k, v, lengths, slopes, out, logSumExp, gradOut}, {gradQ, gradK, gradV});
    lls_status status = scratch.status();
    if (arrays.held() && status == LLS_OK) {
        lls_heads queries = of.queries(arrays.floats(q, qAt), 0);
        lls_heads keys = of.keys(arrays.floats(k, kAt), 1);
        lls_heads values = of.keys(arrays.floats(v, vAt), 2);
        lls_heads result = of.queries(arrays.floats(out, outAt), 3);
        lls_heads arriving = of.queries(arrays.floats(gradOut, gradOutAt), 4);
        lls_heads ownQ = sideBySide(queries, scratch.data());
        lls_heads ownK = sideBySide(keys, ownQ.data + sizeOf(queries));
        lls_heads ownV = sideBySide(values, ownK.data + sizeOf(keys));
        lls_mask mask = {static_cast<int32_t>(of.numbers[6]), 0, arrays.ints(lengths, 0), arrays.floats(slopes, 0)};
        status = lls_attention_backward(text(name), &queries, &keys, &values, &mask, &result, arrays.floats(logSumExp, logSumExpAt), &arriving,
            &ownQ, &ownK,
                                        &ownV);
        if (status == LLS_OK && queries.batch > 0 && keys.heads > 0) {
            add(ownQ, of.queries(arrays.floats(gradQ, gradQAt), 5));
            add(ownK, of.keys(arrays.floats(gradK, gradKAt), 6));
            add(ownV, of.keys(arrays.floats(gradV, gradVAt), 7));
        }
    }
    arrays.finish(status);
}

}  // extern "C"
