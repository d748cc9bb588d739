// out = softmax(q k^T / sqrt(HS) + mask) v (engine/attention), in two forms:
//
//   attention        q (B,NH,T,HS), k and v (B,NKV,S,HS); query head h reads key head h NKV / NH
//   self-attention   qkv (B,T,3C): queries, keys and values as one product leaves them, read where they lie; the gradient is written there too
#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

Heads packed(const float* data, const Shape& s) {
    return {const_cast<float*>(data), s.extents[0], s.extents[1], s.extents[2], s.extents[3], s.extents[1] * s.extents[2] * s.extents[3],
            s.extents[2] * s.extents[3], s.extents[3]};
}

lls_mask maskOf(bool causal) { return {causal ? 1 : 0, 0, nullptr, nullptr}; }

class AttentionOperation final : public Operation {
public:
    explicit AttentionOperation(bool causal) : Operation("attention"), causal_(causal) {}

    Result forward(const Step& step) override {
        requireInputs(step, 3, 3);
        const Shape &q = step.shape(0), &k = step.shape(1), &v = step.shape(2);
        if (q.rank != 4 || k.rank != 4 || k != v || k.extents[0] != q.extents[0] || k.extents[3] != q.extents[3]) {
            refuse(step, "queries are (B,NH,T,HS), keys and values (B,NKV,S,HS)", "pass such shapes");
        }
        if (k.extents[1] == 0 ? q.extents[1] != 0 : q.extents[1] % k.extents[1] != 0) {
            refuse(step, std::to_string(q.extents[1]) + " query heads do not share " + std::to_string(k.extents[1]) + " key heads evenly",
                   "make NH a multiple of NKV");
        }
        if (causal_ && k.extents[2] < q.extents[2]) {
            refuse(step, "there are fewer keys than queries, which stand at the end of them", "pass a key for each query, or causal 0");
        }
        kernel_ = step.kernel<Attention>("attention", "scaled-dot-product");
        lse_ = step.take(q.extents[0] * q.extents[1] * q.extents[2]);
        Memory out = step.take(q.size());
        kernel_->forward(packed(step.value(0), q), packed(step.value(1), k), packed(step.value(2), v), maskOf(causal_), packed(out.floats(), q),
                         lse_.floats(), step.workers());
        return {q, out};
    }

    void backward(const Step& step) override {
        const Shape &q = step.shape(0), &k = step.shape(1);
        Memory dq = step.take(q.size()), dk = step.take(k.size()), dv = step.take(k.size());
        kernel_->backward(packed(step.value(0), q), packed(step.value(1), k), packed(step.value(2), k), maskOf(causal_), packed(step.output(), q),
                          lse_.floats(), packed(step.gradient(), q),
                          packed(dq.floats(), q), packed(dk.floats(), k), packed(dv.floats(), k), step.workers());
        Memory* all[] = {&dq, &dk, &dv};
        for (int i = 0; i < 3; i++) {
            if (step.wants(i)) {
                step.contribute(i, std::move(*all[i]));
            }
        }
    }

private:
    bool causal_;
    Memory lse_;
    std::shared_ptr<const Attention> kernel_;
};

class SelfAttention final : public Operation {
public:
    SelfAttention(int64_t heads, bool causal) : Operation("self-attention"), heads_(heads), causal_(causal) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        if (x.rank != 3 || heads_ < 1 || x.last() % (3 * heads_) != 0) {
            refuse(step, "queries, keys and values of " + std::to_string(heads_) + " heads lie side by side", "pass (B,T,3 NH HS)");
        }
        Shape y = Shape::of({x.extents[0], x.extents[1], x.last() / 3});
        kernel_ = step.kernel<Attention>("attention", "scaled-dot-product");
        lse_ = step.take(x.extents[0] * heads_ * x.extents[1]);
        Memory out = step.take(y.size());
        const float* qkv = step.value(0);
        kernel_->forward(part(qkv, x, 0), part(qkv, x, 1), part(qkv, x, 2), maskOf(causal_), joined(out.floats(), x), lse_.floats(), step.workers());
        return {y, out};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            const Shape& x = step.shape(0);
            const float* qkv = step.value(0);
            Memory d = step.take(x.size());
            kernel_->backward(part(qkv, x, 0), part(qkv, x, 1), part(qkv, x, 2), maskOf(causal_), joined(step.output(), x), lse_.floats(),
                              joined(step.gradient(), x), part(d.floats(), x, 0), part(d.floats(), x, 1), part(d.floats(), x, 2), step.workers());
            step.contribute(0, std::move(d));
        }
    }

private:
    Heads part(const float* data, const Shape& x, int64_t which) const {
        int64_t c = x.last() / 3, width = c / heads_;
        return {const_cast<float*>(data) + which * c, x.extents[0], heads_, x.extents[1], width, x.extents[1] * 3 * c, width, 3 * c};
    }
    Heads joined(const float* data, const Shape& x) const {
        int64_t c = x.last() / 3, width = c / heads_;
        return {const_cast<float*>(data), x.extents[0], heads_, x.extents[1], width, x.extents[1] * c, width, c};
    }

    int64_t heads_;
    bool causal_;
    Memory lse_;
    std::shared_ptr<const Attention> kernel_;
};

}  // namespace

Made attention(bool causal) { return std::make_unique<AttentionOperation>(causal); }
Made selfAttention(int64_t heads, bool causal) { return std::make_unique<SelfAttention>(heads, causal); }

}  // namespace llmsys::operations
