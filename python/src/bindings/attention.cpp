// Scaled dot product attention, with torch's argument names.
#include "bindings/define.h"
#include "bindings/heads.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

FloatArray attention(const FloatArray& query, const FloatArray& key, const FloatArray& value, bool isCausal, int64_t window,
                     const py::object& lengths, const py::object& slopes, const py::object& out) {
    Floats q = givenHeads(query, "attention", "query"), k = givenHeads(key, "attention", "key"), v = givenHeads(value, "attention", "value");
    if (q.rank() != k.rank() || q.rank() != v.rank()) {
        valueError("attention: query of shape " + shapeText(q.shape) + ", key " + shapeText(k.shape) + ", value " + shapeText(v.shape),
                   "they have the same number of axes", "pass (B, NH, T, HS) and (B, NKV, S, HS), or leave the same axes out");
    }
    Floats y = result(out, q.shape, "attention", {&q, &k, &v});
    if (y.size() > 0 && y.shape.back() > 1 && y.strides.back() != 1) {
        valueError("attention got out of shape " + shapeText(y.shape) + " with strides in elements " + shapeText(y.strides),
                   "the last axis lies side by side", "pass an array in C order");
    }
    lls_heads hq = headsOf(q), hk = headsOf(k), hv = headsOf(v), hy = headsOf(y);
    lls_mask mask{isCausal ? 1 : 0, window, nullptr, nullptr};
    Integers counts;
    Floats distances;
    if (!lengths.is_none()) {
        counts = integersOrList(lengths, "attention", "lengths");
        if (counts.shape != Extents{hq.batch}) {
            valueError("attention got lengths of shape " + shapeText(counts.shape), "there are " + std::to_string(hq.batch) + " sequences",
                       "pass one length for each");
        }
        mask.lengths = counts.data;
    }
    if (!slopes.is_none()) {
        distances = contiguous(slopes, "attention", "slopes");
        if (distances.shape != Extents{hq.heads}) {
            valueError("attention got slopes of shape " + shapeText(distances.shape), "there are " + std::to_string(hq.heads) + " heads",
                       "pass one slope for each");
        }
        mask.slopes = distances.data;
    }
    double work = static_cast<double>(q.size()) * static_cast<double>(hk.rows);
    check(unlocked(work < LONG_CALL ? static_cast<int64_t>(work) : LONG_CALL,
                   [&] { return lls_attention(nullptr, &hq, &hk, &hv, &mask, &hy, nullptr); }));
    return y.array;
}

}  // namespace

void addAttention(py::module_& m) {
    using namespace py::literals;
    define(m, "attention", &attention, "query"_a, "key"_a, "value"_a, py::kw_only(), "is_causal"_a = false, "window"_a = 0,
           "lengths"_a = py::none(), "slopes"_a = py::none(), "out"_a = py::none(),
           "softmax(Q K^T / sqrt(HS)) V without a score matrix; llmsys.attention, which is built on it, tells the rest.");
}

}  // namespace llmsys::python
