// Tapes and trainers.
#include "tests/abi/refusals.h"

namespace abitest {

namespace {

void tapes(Refusals& t, World& w) {
    t.null("lls_tape_open", "tape", [] { return lls_tape_open(nullptr); });
    t.handle("lls_tape_close", "tape", lls_tape_close, w.model, false);
    auto tensor = [&w](lls_handle tape, const int64_t* extents, int32_t rank, bool place) {
        int32_t made;
        return lls_tape_tensor(tape, w.x.data(), extents, rank, 1, place ? &made : nullptr);
    };
    static const int64_t four[] = {2, 2, 1, 1, 1};
    t.handle("lls_tape_tensor", "tape", [=](lls_handle h) { return tensor(h, four, 2, true); }, w.model);
    t.null("lls_tape_tensor", "extents", [=, &w] { return tensor(w.tape, nullptr, 2, true); });
    t.null("lls_tape_tensor", "variable", [=, &w] { return tensor(w.tape, four, 2, false); });
    t.number32("lls_tape_tensor", "rank", [=, &w](int32_t n) { return tensor(w.tape, four, n, true); }, {-1, 5, INT32_MIN, INT32_MAX});
    for (int64_t extent : {int64_t{-1}, LEAST, MOST, MOST / 4, int64_t{1} << 33}) {
        t.one("lls_tape_tensor", "extents", std::to_string(extent), [=, &w] {
            int64_t some[] = {extent, extent};
            return tensor(w.tape, some, 2, true);
        });
    }
    auto apply = [](lls_handle tape, const char* operation, const int32_t* inputs, int32_t count, const int64_t* integers, int64_t integerCount,
                    const double* numbers, int32_t numberCount, bool place) {
        int32_t made;
        return lls_tape_apply(tape, operation, inputs, count, integers, integerCount, numbers, numberCount, place ? &made : nullptr);
    };
    const int32_t* one = &w.variable;
    t.handle("lls_tape_apply", "tape", [=](lls_handle h) { return apply(h, "relu", one, 1, nullptr, 0, nullptr, 0, true); }, w.model);
    t.name("lls_tape_apply", "operation", [=, &w](const char* s) { return apply(w.tape, s, one, 1, nullptr, 0, nullptr, 0, true); });
    t.null("lls_tape_apply", "inputs", [=, &w] { return apply(w.tape, "relu", nullptr, 1, nullptr, 0, nullptr, 0, true); });
    t.null("lls_tape_apply", "variable", [=, &w] { return apply(w.tape, "relu", one, 1, nullptr, 0, nullptr, 0, false); });
    t.null("lls_tape_apply", "integers", [=, &w] { return apply(w.tape, "reshape", one, 1, nullptr, 2, nullptr, 0, true); });
    t.null("lls_tape_apply", "numbers", [=, &w] { return apply(w.tape, "scale", one, 1, nullptr, 0, nullptr, 1, true); });
    t.number32("lls_tape_apply", "input_count", [=, &w](int32_t n) { return apply(w.tape, "relu", one, n, nullptr, 0, nullptr, 0, true); },
               {-1, 0, INT32_MIN});
    t.number("lls_tape_apply", "integer_count", [=, &w](int64_t n) { return apply(w.tape, "reshape", one, 1, four, n, nullptr, 0, true); },
             {-1, LEAST, 5});
    t.number32("lls_tape_apply", "number_count", [=, &w](int32_t n) { return apply(w.tape, "scale", one, 1, nullptr, 0, nullptr, n, true); },
               {-1, INT32_MIN});
    for (int32_t bad : {-1, 99, INT32_MIN, INT32_MAX}) {
        for (const char* operation : {"relu", "matmul", "sum", "attention", "self-attention", "embedding", "linear"}) {
            t.one("lls_tape_apply", "inputs", operation + (" " + std::to_string(bad)), [=, &w] {
                int32_t inputs[] = {bad, bad, bad};
                return apply(w.tape, operation, inputs, 3, nullptr, 0, nullptr, 0, true);
            });
        }
        t.one("lls_tape_backward", "variable", std::to_string(bad), [=, &w] { return lls_tape_backward(w.tape, bad); });
        t.one("lls_tape_extents", "variable", std::to_string(bad), [=, &w] { int64_t e[4]; int32_t r; return lls_tape_extents(w.tape, bad, e, &r); });
        t.one("lls_tape_value", "variable", std::to_string(bad), [=, &w] { return lls_tape_value(w.tape, bad, w.x.data(), 4); });
        t.one("lls_tape_gradient", "variable", std::to_string(bad), [=, &w] { return lls_tape_gradient(w.tape, bad, w.x.data(), 4); });
    }
    for (int64_t axis : {int64_t{-99}, int64_t{99}, LEAST, MOST}) {
        for (const char* operation : {"sum", "mean", "max", "slice", "concatenate", "reshape", "transpose", "embedding", "self-attention",
                                      "cross-entropy", "attention", "rope"}) {
            t.one("lls_tape_apply", "integers", operation + (" " + std::to_string(axis)), [=, &w] {
                int32_t inputs[] = {w.variable, w.variable, w.variable};
                int64_t axes[] = {axis, axis};
                return apply(w.tape, operation, inputs, 1, axes, 2, nullptr, 0, true);
            });
        }
    }
    t.handle("lls_tape_backward", "tape", [=](lls_handle h) { return lls_tape_backward(h, *one); }, w.model);
    t.handle("lls_tape_zero_gradients", "tape", lls_tape_zero_gradients, w.model);
    t.handle("lls_tape_extents", "tape", [=](lls_handle h) { int64_t e[4]; int32_t r; return lls_tape_extents(h, *one, e, &r); }, w.model);
    t.null("lls_tape_extents", "extents", [=, &w] { int32_t r; return lls_tape_extents(w.tape, *one, nullptr, &r); });
    t.null("lls_tape_extents", "rank", [=, &w] { int64_t e[4]; return lls_tape_extents(w.tape, *one, e, nullptr); });
    for (bool gradient : {false, true}) {
        const char* function = gradient ? "lls_tape_gradient" : "lls_tape_value";
        auto read = [=](lls_handle h, float* data, int64_t size) { return gradient ? lls_tape_gradient(h, *one, data, size)
                : lls_tape_value(h, *one, data, size); };
        t.handle(function, "tape", [=, &w](lls_handle h) { return read(h, w.x.data(), 4); }, w.model);
        t.null(function, "data", [=, &w] { return read(w.tape, nullptr, 4); });
        t.number(function, "size", [=, &w](int64_t n) { return read(w.tape, w.x.data(), n); }, {-1, LEAST, 3, 5, MOST});
    }
}

}  // namespace

void addTraining(Refusals& t, World& w) {
    tapes(t, w);
    static const std::string text = "to be or not to be, that is the question";
    auto open = [](const char* utf8, int64_t bytes,
                   const lls_training_options* options) { lls_handle h; return lls_trainer_open(utf8, bytes, options, &h); };
    const int64_t length = static_cast<int64_t>(text.size());
    t.null("lls_trainer_open", "utf8", [=, &w] { return open(nullptr, length, &w.training); });
    t.number("lls_trainer_open", "bytes", [=, &w](int64_t n) { return open(text.data(), n, &w.training); }, {0, -1, LEAST});
    t.null("lls_trainer_open", "options", [=] { return open(text.data(), length, nullptr); });
    t.null("lls_trainer_open", "trainer", [=, &w] { return lls_trainer_open(text.data(), length, &w.training, nullptr); });
    for (int32_t lls_training_options::*field : {&lls_training_options::context_length, &lls_training_options::embedding_dim,
                                                 &lls_training_options::num_layers, &lls_training_options::num_heads, &lls_training_options::batch}) {
        t.number32("lls_trainer_open", "options", [=, &w](int32_t n) {
            lls_training_options bad = w.training;
            bad.*field = n;
            return open(text.data(), length, &bad);
        }, {0, -1, INT32_MIN, INT32_MAX});
    }
    t.number32("lls_trainer_open", "options", [=, &w](int32_t n) {
        lls_training_options bad = w.training;
        bad.size = static_cast<uint32_t>(n);
        return open(text.data(), length, &bad);
    }, {0, 1, -1});
    t.handle("lls_trainer_step", "trainer", [](lls_handle h) { float l, n; return lls_trainer_step(h, &l, &n); }, w.model);
    t.handle("lls_trainer_model", "trainer", [](lls_handle h) { lls_handle m, k; return lls_trainer_model(h, &m, &k); }, w.model);
    t.one("lls_trainer_model", "model", "null, and the tokenizer null", [&w] { return lls_trainer_model(w.trainer, nullptr, nullptr); });
    t.handle("lls_trainer_close", "trainer", lls_trainer_close, w.model, false);
}

}  // namespace abitest
