// Operations over operands of the caller: products, activations, norms, positions, attention, losses, optimizers, sampling.
#include "tests/abi/refusals.h"

namespace abitest {

namespace {

// Copies of an operand with one field wrong.
template <typename Operand, typename Field>
Operand with(Operand operand, Field Operand::*field, Field value) {
    operand.*field = value;
    return operand;
}

using OfMatrix = std::function<lls_status(const lls_matrix*)>;
void matrix(Refusals& t, const char* function, const char* parameter, const lls_matrix& good, const OfMatrix& call) {
    t.null(function, parameter, [=] { return call(nullptr); });
    t.one(function, parameter, "null data", [=] { auto m = with(good, &lls_matrix::data, static_cast<float*>(nullptr)); return call(&m); });
    for (int64_t lls_matrix::*field : {&lls_matrix::rows, &lls_matrix::columns}) {
        t.number(function, parameter, [=](int64_t n) { auto m = with(good, field, n); return call(&m); }, {-1, LEAST, MOST, MOST / 4, 5});
    }
    for (int64_t lls_matrix::*field : {&lls_matrix::row_stride, &lls_matrix::column_stride}) {
        t.number(function, parameter, [=](int64_t n) { auto m = with(good, field, n); return call(&m); }, {LEAST, MOST, MOST / 2});
    }
}

using OfHeads = std::function<lls_status(const lls_heads*)>;
void heads(Refusals& t, const char* function, const char* parameter, const lls_heads& good, const OfHeads& call) {
    t.null(function, parameter, [=] { return call(nullptr); });
    t.one(function, parameter, "null data", [=] { auto h = with(good, &lls_heads::data, static_cast<float*>(nullptr)); return call(&h); });
    for (int64_t lls_heads::*field : {&lls_heads::batch, &lls_heads::heads, &lls_heads::rows, &lls_heads::width}) {
        t.number(function, parameter, [=](int64_t n) { auto h = with(good, field, n); return call(&h); }, {-1, LEAST, MOST, MOST / 4});
    }
    for (int64_t lls_heads::*field : {&lls_heads::row_stride, &lls_heads::head_stride, &lls_heads::batch_stride}) {
        t.number(function, parameter, [=](int64_t n) {
            auto h = with(good, field, n);
            h.batch = h.heads = h.rows = 2;                            // so that every stride is walked
            return call(&h);
        }, {LEAST, MOST, MOST / 2});
    }
}

using OfWeights = std::function<lls_status(const lls_weights*)>;
void weights(Refusals& t, const char* function, const char* parameter, const lls_weights& good, const OfWeights& call) {
    t.null(function, parameter, [=] { return call(nullptr); });
    t.one(function, parameter, "null data", [=] { auto w = with(good, &lls_weights::data, static_cast<const void*>(nullptr)); return call(&w); });
    for (int64_t lls_weights::*field : {&lls_weights::rows, &lls_weights::columns}) {
        t.number(function, parameter, [=](int64_t n) { auto w = with(good, field, n); return call(&w); }, {-1, LEAST, MOST, MOST / 4});
    }
    for (int type : {-1, 7, 99, INT32_MAX}) {
        t.one(function, parameter, "type " + std::to_string(type),
              [=] { auto w = with(good, &lls_weights::type, static_cast<lls_dtype>(type)); return call(&w); });
    }
    t.one(function, parameter, "q8_0 with rows that are no blocks", [=] { auto w = with(good, &lls_weights::type, LLS_Q8_0); return call(&w); });
}

void products(Refusals& t, World& w) {
    auto multiply = [&w](const char* name, const lls_matrix* a, const lls_matrix* b, const lls_matrix* c, const float* bias, int32_t more) {
        return lls_matmul(name, a, b, bias, c, more);
    };
    matrix(t, "lls_matmul", "a", w.a, [=, &w](const lls_matrix* m) { return multiply(nullptr, m, &w.b, &w.c, nullptr, 0); });
    matrix(t, "lls_matmul", "b", w.b, [=, &w](const lls_matrix* m) { return multiply(nullptr, &w.a, m, &w.c, nullptr, 0); });
    matrix(t, "lls_matmul", "c", w.c, [=, &w](const lls_matrix* m) { return multiply(nullptr, &w.a, &w.b, m, nullptr, 0); });
    t.name("lls_matmul", "name", [=, &w](const char* s) { return multiply(s, &w.a, &w.b, &w.c, nullptr, 0); }, false);
    t.number32("lls_matmul", "accumulate", [=, &w](int32_t n) { return multiply(nullptr, &w.a, &w.b, &w.c, nullptr, n); }, {-1, 2, INT32_MAX});
    t.one("lls_matmul", "bias", "a bias and accumulate", [=, &w] { return multiply(nullptr, &w.a, &w.b, &w.c, w.g.data(), 1); });

    auto batch = [](const char* name, const lls_matrix* a, int64_t as, const lls_matrix* b, int64_t bs, const lls_matrix* c, int64_t cs, int64_t n,
                    int32_t more) { return lls_matmul_batch(name, a, as, b, bs, c, cs, n, more); };
    matrix(t, "lls_matmul_batch", "a", w.a, [=, &w](const lls_matrix* m) { return batch(nullptr, m, 0, &w.b, 0, &w.c, 8, 2, 0); });
    matrix(t, "lls_matmul_batch", "b", w.b, [=, &w](const lls_matrix* m) { return batch(nullptr, &w.a, 0, m, 0, &w.c, 8, 2, 0); });
    matrix(t, "lls_matmul_batch", "c", w.c, [=, &w](const lls_matrix* m) { return batch(nullptr, &w.a, 0, &w.b, 0, m, 8, 2, 0); });
    t.name("lls_matmul_batch", "name", [=, &w](const char* s) { return batch(s, &w.a, 0, &w.b, 0, &w.c, 8, 2, 0); }, false);
    t.number("lls_matmul_batch", "a_stride", [=, &w](int64_t n) { return batch(nullptr, &w.a, n, &w.b, 0, &w.c, 8, 2, 0); }, {LEAST, MOST});
    t.number("lls_matmul_batch", "b_stride", [=, &w](int64_t n) { return batch(nullptr, &w.a, 0, &w.b, n, &w.c, 8, 2, 0); }, {LEAST, MOST});
    t.number("lls_matmul_batch", "c_stride", [=, &w](int64_t n) { return batch(nullptr, &w.a, 0, &w.b, 0, &w.c, n, 2, 0); }, {0, LEAST, MOST});
    t.number("lls_matmul_batch", "count", [=, &w](int64_t n) { return batch(nullptr, &w.a, 0, &w.b, 0, &w.c, 8, n, 0); }, {-1, LEAST, MOST});
    t.number32("lls_matmul_batch", "accumulate", [=, &w](int32_t n) { return batch(nullptr, &w.a, 0, &w.b, 0, &w.c, 8, 2, n); }, {-1, 2});

    matrix(t, "lls_matmul_weights", "a", w.a, [&w](const lls_matrix* m) { return lls_matmul_weights(nullptr, m, &w.w, nullptr, &w.c); });
    matrix(t, "lls_matmul_weights", "c", w.c, [&w](const lls_matrix* m) { return lls_matmul_weights(nullptr, &w.a, &w.w, nullptr, m); });
    weights(t, "lls_matmul_weights", "w", w.w, [&w](const lls_weights* m) { return lls_matmul_weights(nullptr, &w.a, m, nullptr, &w.c); });
    t.name("lls_matmul_weights", "name", [&w](const char* s) { return lls_matmul_weights(s, &w.a, &w.w, nullptr, &w.c); }, false);

    static const lls_panels panels{w.g.data(), nullptr, LLS_F32, 2, 4};
    auto overPanels = [&w](const char* name, const lls_matrix* a, const lls_panels* p,
                           const lls_matrix* c) { return lls_matmul_panels(name, a, p, nullptr, c); };
    lls_matrix two = w.a;
    two.columns = 2;
    matrix(t, "lls_matmul_panels", "a", two, [=, &w](const lls_matrix* m) { return overPanels(nullptr, m, &panels, &w.c); });
    matrix(t, "lls_matmul_panels", "c", w.c, [=](const lls_matrix* m) { return overPanels(nullptr, &two, &panels, m); });
    t.name("lls_matmul_panels", "name", [=, &w](const char* s) { return overPanels(s, &two, &panels, &w.c); }, false);
    t.null("lls_matmul_panels", "w", [=, &w] { return overPanels(nullptr, &two, nullptr, &w.c); });
    t.one("lls_matmul_panels", "w", "null data",
          [=, &w] { auto p = with(panels, &lls_panels::data, static_cast<const void*>(nullptr)); return overPanels(nullptr, &two, &p, &w.c); });
    t.one("lls_matmul_panels", "w", "q8_0 without scales",
          [=, &w] { auto p = with(panels, &lls_panels::type, LLS_Q8_0); return overPanels(nullptr, &two, &p, &w.c); });
    for (int type : {-1, 5, 7, INT32_MAX}) {
        t.one("lls_matmul_panels", "w", "type " + std::to_string(type), [=, &w] {
            auto p = with(panels, &lls_panels::type, static_cast<lls_dtype>(type));
            return overPanels(nullptr, &two, &p, &w.c);
        });
    }
    for (int64_t lls_panels::*field : {&lls_panels::inputs, &lls_panels::outputs}) {
        t.number("lls_matmul_panels", "w", [=, &w](int64_t n) { auto p = with(panels, field, n); return overPanels(nullptr, &two, &p, &w.c); },
                 {-1, LEAST, MOST, MOST / 4});
    }

    weights(t, "lls_arranged_create", "w", w.w, [](const lls_weights* m) { lls_handle h; return lls_arranged_create(m, &h); });
    t.null("lls_arranged_create", "arranged", [&w] { return lls_arranged_create(&w.w, nullptr); });
    t.handle("lls_arranged_multiply", "arranged", [&w](lls_handle h) { return lls_arranged_multiply(h, &w.a, nullptr, &w.c); }, w.model);
    matrix(t, "lls_arranged_multiply", "a", w.a, [&w](const lls_matrix* m) { return lls_arranged_multiply(w.arranged, m, nullptr, &w.c); });
    matrix(t, "lls_arranged_multiply", "c", w.c, [&w](const lls_matrix* m) { return lls_arranged_multiply(w.arranged, &w.a, nullptr, m); });
    t.handle("lls_arranged_close", "arranged", lls_arranged_close, w.model, false);
}

// Calls over plain arrays: which of them is null, how many elements, which names.
struct Of {
    const char *algorithm, *name = nullptr;
    int null = -1;
    int64_t first = 4, second = 4;
};
using Plain = std::function<lls_status(const Of&)>;

void plain(Refusals& t, const char* function, const char* algorithm, const std::vector<const char*>& arrays, const std::vector<const char*>& extents,
           const char* names, const Plain& call) {
    for (size_t i = 0; i < arrays.size(); i++) {
        t.null(function, arrays[i], [=] { return call({algorithm, nullptr, static_cast<int>(i)}); });
    }
    for (size_t i = 0; i < extents.size(); i++) {
        t.number(function, extents[i], [=](int64_t n) { return call({algorithm, nullptr, -1, i == 0 ? n : 4, i == 1 ? n : 4}); });
        if (extents.size() > 1) {
            t.number(function, extents[i], [=](int64_t n) { return call({algorithm, nullptr, -1, i == 0 ? n : 4, i == 1 ? n : 4}); },
                     {MOST, MOST / 4});
        }
    }
    if (names != nullptr) {
        t.name(function, names, [=](const char* s) { return call({s}); });
    }
    t.name(function, "name", [=](const char* s) { return call({algorithm, s}); }, false);
}

void overArrays(Refusals& t, World& w) {
    auto f = [&w](const Of& of, int i) { return of.null == i ? nullptr : (i % 3 == 0 ? w.x : i % 3 == 1 ? w.y : w.z).data(); };
    plain(t, "lls_activation", "gelu", {"x", "y"}, {"size"}, "algorithm",
          [=](const Of& o) { return lls_activation(o.algorithm, o.name, f(o, 0), f(o, 1), o.first); });
    plain(t, "lls_activation_backward", "gelu", {"x", "y", "grad_y", "grad_x"}, {"size"}, "algorithm",
          [=](const Of& o) { return lls_activation_backward(o.algorithm, o.name, f(o, 0), f(o, 1), f(o, 2), f(o, 3), o.first, 0); });
    plain(t, "lls_softmax", "softmax", {"x", "y"}, {"rows", "columns"}, "algorithm",
          [=](const Of& o) { return lls_softmax(o.algorithm, o.name, f(o, 0), f(o, 1), o.first, o.second); });
    plain(t, "lls_softmax_backward", "softmax", {"y", "grad_y", "grad_x"}, {"rows", "columns"}, "algorithm",
          [=](const Of& o) { return lls_softmax_backward(o.algorithm, o.name, f(o, 0), f(o, 1), f(o, 2), o.first, o.second, 0); });
    plain(t, "lls_normalization", "layernorm", {"x", "y"}, {"rows", "columns"}, "algorithm", [=](const Of& o) {
        return lls_normalization(o.algorithm, o.name, f(o, 0), nullptr, nullptr, 1e-5f, f(o, 1), nullptr, o.first, o.second);
    });
    plain(t, "lls_normalization_backward", "layernorm", {"x", "saved", "grad_y", "grad_x"}, {"rows", "columns"}, "algorithm", [=](const Of& o) {
        return lls_normalization_backward(o.algorithm, o.name, f(o, 0), nullptr, f(o, 1), f(o, 2), f(o, 3), nullptr, nullptr, o.first, o.second);
    });
    plain(t, "lls_sinusoidal", nullptr, {"x"}, {"t", "c"}, nullptr,
          [=](const Of& o) { return lls_sinusoidal(o.name, f(o, 0), 0, o.first, o.second, 10000); });
    for (double theta : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        t.one("lls_sinusoidal", "theta", std::to_string(theta), [&w, theta] { return lls_sinusoidal(nullptr, w.x.data(), 0, 4, 4, theta); });
        t.one("lls_rope", "theta", std::to_string(theta), [&w, theta] { return lls_rope(nullptr, &w.q, w.ids.data(), nullptr, theta, 0, 0); });
    }
    plain(t, "lls_elementwise", "add", {"a", "b", "y"}, {"size"}, "operation",
          [=](const Of& o) { return lls_elementwise(o.algorithm, o.name, f(o, 0), f(o, 1), 1, f(o, 2), o.first); });
    plain(t, "lls_filter", "temperature", {"logits"}, {"v"}, "algorithm",
          [=](const Of& o) { return lls_filter(o.algorithm, o.name, f(o, 0), o.first, 1); });
    for (double setting : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
        t.one("lls_filter", "setting", std::to_string(setting), [&w, setting] { return lls_filter("top-k", nullptr, w.x.data(), 4, setting); });
    }
    plain(t, "lls_sample", "categorical", {"logits", "id"}, {"v"}, "algorithm", [=](const Of& o) {
        int32_t id = 0;
        return lls_sample(o.algorithm, o.name, f(o, 0), o.first, 0.5, o.null == 1 ? nullptr : &id);
    });
    for (double draw : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
        t.one("lls_sample", "draw", std::to_string(draw),
              [&w, draw] { int32_t id; return lls_sample("categorical", nullptr, w.x.data(), 4, draw, &id); });
    }
    plain(t, "lls_loss", "cross-entropy", {"predictions", "classes", "losses"}, {"n", "v"}, "algorithm", [=, &w](const Of& o) {
        return lls_loss(o.algorithm, o.name, f(o, 0), o.null == 1 ? nullptr : w.ids.data(), nullptr, f(o, 2), o.first, o.second);
    });
    t.null("lls_loss", "values", [&w] { return lls_loss("mse", nullptr, w.x.data(), nullptr, nullptr, w.y.data(), 4, 4); });
    plain(t, "lls_loss_backward", "cross-entropy", {"predictions", "classes", "grad_losses", "grad_predictions"}, {"n", "v"}, "algorithm",
          [=, &w](const Of& o) {
              return lls_loss_backward(o.algorithm, o.name, f(o, 0), o.null == 1 ? nullptr : w.ids.data(), nullptr, f(o, 2), f(o, 3), o.first,
                                       o.second);
          });
    t.null("lls_loss_backward", "values", [&w] { return lls_loss_backward("mse", nullptr, w.x.data(), nullptr, nullptr, w.y.data(), w.z.data(), 4,
                                                                          4); });
    for (int32_t bad : {-2, 4, INT32_MAX, INT32_MIN}) {
        t.one("lls_loss", "classes", std::to_string(bad),
              [&w, bad] { return lls_loss("cross-entropy", nullptr, w.x.data(), &bad, nullptr, w.y.data(), 1, 4); });
        t.one("lls_loss_backward", "classes", std::to_string(bad), [&w, bad] {
            return lls_loss_backward("cross-entropy", nullptr, w.x.data(), &bad, nullptr, w.y.data(), w.z.data(), 1, 4);
        });
        t.one("lls_embedding", "ids", std::to_string(bad), [&w, bad] {
            int32_t id = bad == -2 ? -1 : bad;
            return lls_embedding(nullptr, &id, 1, &w.w, w.y.data());
        });
        t.one("lls_embedding_backward", "ids", std::to_string(bad), [&w, bad] {
            return lls_embedding_backward(nullptr, &bad, 1, w.x.data(), w.y.data(), 4, 4);
        });
    }
    plain(t, "lls_embedding", nullptr, {"ids", "y"}, {"count"}, nullptr, [=, &w](const Of& o) {
        return lls_embedding(o.name, o.null == 0 ? nullptr : w.ids.data(), o.first, &w.w, f(o, 1));
    });
    weights(t, "lls_embedding", "table", w.w, [&w](const lls_weights* m) { return lls_embedding(nullptr, w.ids.data(), 8, m, w.y.data()); });
    plain(t, "lls_embedding_backward", nullptr, {"ids", "grad_y", "grad_table"}, {"v", "c"}, nullptr, [=, &w](const Of& o) {
        return lls_embedding_backward(o.name, o.null == 0 ? nullptr : w.ids.data(), 4, f(o, 1), f(o, 2), o.first, o.second);
    });
    t.number("lls_embedding_backward", "count",
             [&w](int64_t n) { return lls_embedding_backward(nullptr, w.ids.data(), n, w.x.data(), w.y.data(), 4, 4); });
    plain(t, "lls_optimizer", "adamw", {"weight", "gradient", "memory", "step"}, {"size"}, "algorithm", [=, &w](const Of& o) {
        float* memory[2] = {w.z.data(), w.g.data()};
        lls_optimizer_step step{1, 1e-3, 0.9, 0.999, 1e-8, 0};
        return lls_optimizer(o.algorithm, o.name, f(o, 0), f(o, 1), o.null == 2 ? nullptr : memory, o.first, o.null == 3 ? nullptr : &step);
    });
    t.one("lls_optimizer", "memory", "an array that is null", [&w] {
        float* memory[2] = {w.z.data(), nullptr};
        lls_optimizer_step step{1, 1e-3, 0.9, 0.999, 1e-8, 0};
        return lls_optimizer("adamw", nullptr, w.x.data(), w.y.data(), memory, 4, &step);
    });
    t.one("lls_optimizer", "step", "step -1", [&w] {
        float* memory[2] = {w.z.data(), w.g.data()};
        lls_optimizer_step step{-1, 1e-3, 0.9, 0.999, 1e-8, 0};
        return lls_optimizer("adamw", nullptr, w.x.data(), w.y.data(), memory, 4, &step);
    });
}

void attention(Refusals& t, World& w) {
    using Heads = std::vector<const lls_heads*>;
    auto forward = [&w](const char* name, const Heads& h,
                        const lls_mask* mask) { return lls_attention(name, h[0], h[1], h[2], mask, h[3], nullptr); };
    auto backward = [&w](const char* name, const Heads& h, const lls_mask* mask, bool lse) {
        return lls_attention_backward(name, h[0], h[1], h[2], mask, h[3], lse ? w.g.data() : nullptr, h[4], h[5], h[6], h[7]);
    };
    const Heads all = {&w.q, &w.k, &w.v, &w.out, &w.q, &w.out, &w.k, &w.v};
    const char* names[] = {"q", "k", "v", "out", "grad_out", "grad_q", "grad_k", "grad_v"};
    for (size_t i = 0; i < all.size(); i++) {
        auto replaced = [=](const lls_heads* h) { Heads some = all; some[i] = h; return some; };
        heads(t, "lls_attention_backward", names[i], *all[i], [=, &w](const lls_heads* h) { return backward(nullptr, replaced(h), &w.mask, true); });
        if (i < 4) {
            heads(t, "lls_attention", names[i], *all[i], [=, &w](const lls_heads* h) { return forward(nullptr, replaced(h), &w.mask); });
        }
    }
    t.null("lls_attention", "mask", [=] { return forward(nullptr, all, nullptr); });
    t.null("lls_attention_backward", "mask", [=] { return backward(nullptr, all, nullptr, true); });
    t.null("lls_attention_backward", "log_sum_exp", [=, &w] { return backward(nullptr, all, &w.mask, false); });
    t.name("lls_attention", "name", [=, &w](const char* s) { return forward(s, all, &w.mask); }, false);
    t.name("lls_attention_backward", "name", [=, &w](const char* s) { return backward(s, all, &w.mask, true); }, false);
    t.number("lls_attention", "mask", [=, &w](int64_t n) { auto m = with(w.mask, &lls_mask::window, n); return forward(nullptr, all, &m); });
    for (int32_t length : {-1, 3, INT32_MAX, INT32_MIN}) {
        t.one("lls_attention", "mask", "length " + std::to_string(length), [=, &w] {
            auto m = with(w.mask, &lls_mask::lengths, static_cast<const int32_t*>(&length));
            return forward(nullptr, all, &m);
        });
    }
    heads(t, "lls_rope", "heads", w.q, [&w](const lls_heads* h) { return lls_rope(nullptr, h, w.ids.data(), nullptr, 10000, 0, 0); });
    t.null("lls_rope", "positions", [&w] { return lls_rope(nullptr, &w.q, nullptr, nullptr, 10000, 0, 0); });
    t.name("lls_rope", "name", [&w](const char* s) { return lls_rope(s, &w.q, w.ids.data(), nullptr, 10000, 0, 0); }, false);
}

}  // namespace

void addOperations(Refusals& t, World& w) {
    products(t, w);
    overArrays(t, w);
    attention(t, w);
}

}  // namespace abitest
