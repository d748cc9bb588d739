// lls_attention, lls_attention_backward.
#include "engine/elementwise/operands.h"

using namespace llmsys;

namespace {

constexpr int64_t WIDEST = 1 << 20;      // so that the scratch of a block of queries stays small

// Shapes of queries, keys, values and what is (B,NH,T,HS) as well.
void requireFit(const lls_heads& q, const lls_heads& k, const lls_heads& v, const char* function) {
    if (!sameExtents(k, v)) {
        throw Error(LLS_SHAPE, std::string(function) + ": k " + shapeOf(k) + " and v " + shapeOf(v), "every key has one value of the same width",
                    "pass equal extents");
    }
    if (q.batch != k.batch || q.width != k.width) {
        throw Error(LLS_SHAPE, std::string(function) + ": q " + shapeOf(q) + " and k " + shapeOf(k), "batch and head dim must be equal",
                    "pass equal extents");
    }
    if (k.heads == 0 ? q.heads != 0 : q.heads % k.heads != 0) {
        throw Error(LLS_SHAPE, std::string(function) + ": q " + shapeOf(q) + " and k " + shapeOf(k),
                    std::to_string(q.heads) + " query heads are no multiple of " + std::to_string(k.heads) + " key heads",
                    "pass heads that share evenly");
    }
    if (q.width > WIDEST) {
        throw Error(LLS_SHAPE, std::string(function) + ": q " + shapeOf(q), "a head is no wider than " + std::to_string(WIDEST), "use more heads");
    }
    checkedSize(function, {q.rows, k.rows});
}

void requireSame(const lls_heads& a, const char* nameOfA, const lls_heads& b, const char* nameOfB, const char* function) {
    if (!sameExtents(a, b)) {
        throw Error(LLS_SHAPE, std::string(function) + ": " + nameOfA + " " + shapeOf(a) + " and " + nameOfB + " " + shapeOf(b),
                    "they have equal extents", "pass equal extents");
    }
}

void requireMask(const lls_heads& q, const lls_heads& k, const lls_mask& mask, const char* function) {
    if (mask.causal != 0 && k.rows < q.rows) {
        throw Error(LLS_SHAPE, std::string(function) + ": q " + shapeOf(q) + " and k " + shapeOf(k),
                    "there are fewer keys than queries, and the mask is causal", "pass the keys of all queries, or a mask that is not causal");
    }
    if (mask.window < 0) {
        throw Error(LLS_INVALID, std::string(function) + " got the window " + std::to_string(mask.window), "a window is no less than 0",
                    "pass 0 for all keys");
    }
    if (mask.slopes != nullptr && mask.causal == 0) {
        throw Error(LLS_INVALID, std::string(function) + " got slopes for a mask that is not causal", "there is no distance to keys on either side",
                    "pass a causal mask, or null for slopes");
    }
    for (int64_t b = 0; mask.lengths != nullptr && b < q.batch; b++) {
        if (mask.lengths[b] < 0 || mask.lengths[b] > k.rows) {
            throw Error(LLS_SHAPE, std::string(function) + ": sequence " + std::to_string(b) + " has the length " + std::to_string(mask.lengths[b]),
                        "there are " + std::to_string(k.rows) + " keys", "pass lengths from 0 to that");
        }
    }
}

}  // namespace

extern "C" {

lls_status lls_attention(const char* name, const lls_heads* q, const lls_heads* k, const lls_heads* v, const lls_mask* mask, const lls_heads* out,
                         float* log_sum_exp) {
    return guarded([&] {
        const char* function = "lls_attention";
        requireHeads(q, function, "q", false);
        requireHeads(k, function, "k", false);
        requireHeads(v, function, "v", false);
        requireHeads(out, function, "out", true);
        requireNotNull(mask, function, "mask");
        requireFit(*q, *k, *v, function);
        requireSame(*q, "q", *out, "out", function);
        requireMask(*q, *k, *mask, function);
        auto kernel = chosen<Attention>("attention", "scaled-dot-product", name);
        if (q->batch > 0 && q->heads > 0 && q->rows > 0) {
            kernel->forward(*q, *k, *v, *mask, *out, log_sum_exp, *sharedWorkers());
        }
    });
}

lls_status lls_attention_backward(const char* name, const lls_heads* q, const lls_heads* k, const lls_heads* v, const lls_mask* mask,
                                  const lls_heads* out, const float* log_sum_exp, const lls_heads* grad_out, const lls_heads* grad_q,
                                  const lls_heads* grad_k, const lls_heads* grad_v) {
    return guarded([&] {
        const char* function = "lls_attention_backward";
        requireHeads(q, function, "q", false);
        requireHeads(k, function, "k", false);
        requireHeads(v, function, "v", false);
        requireHeads(out, function, "out", false);
        requireHeads(grad_out, function, "grad_out", false);
        requireHeads(grad_q, function, "grad_q", true);
        requireHeads(grad_k, function, "grad_k", true);
        requireHeads(grad_v, function, "grad_v", true);
        requireNotNull(mask, function, "mask");
        requireFit(*q, *k, *v, function);
        requireSame(*q, "q", *out, "out", function);
        requireSame(*q, "q", *grad_out, "grad_out", function);
        requireSame(*q, "q", *grad_q, "grad_q", function);
        requireSame(*k, "k", *grad_k, "grad_k", function);
        requireSame(*v, "v", *grad_v, "grad_v", function);
        requireMask(*q, *k, *mask, function);
        requireArray(log_sum_exp, checkedSize(function, {q->batch, q->heads, q->rows}), function, "log_sum_exp");
        auto kernel = chosen<Attention>("attention", "scaled-dot-product", name);
        if (q->batch > 0 && k->heads > 0) {
            kernel->backward(*q, *k, *v, *mask, *out, log_sum_exp, *grad_out, *grad_q, *grad_k, *grad_v, *sharedWorkers());
        }
    });
}

}  // extern "C"
