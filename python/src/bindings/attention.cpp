// Scaled dot product attention, with torch's argument names.
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
    if (y.shape.back() > 1 && y.strides.back() != 1) {
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

constexpr const char* ABOUT = R"(softmax(Q K^T / sqrt(HS) + mask) V, for each head.

is_causal: query i of T sees the keys 0 to S - T + i. window: of those the last so many (0: all). lengths (B): keys that count in each sequence.
slopes (NH): ALiBi, adds -slope * distance to the scores; causal only. A query that sees no key gets zeros.
NH may be a multiple of NKV (grouped queries): query head h reads key head h * NKV / NH.
Shapes: query (B,NH,T,HS), key and value (B,NKV,S,HS), the result as query; or without B, or without B and heads. float32; any strides but the last
axis' are read where they lie. Memory is that of a block of scores, never (T,S).

Errors: TypeError for another dtype, ValueError for shapes that do not fit.

Source: Vaswani et al. 2017, arXiv 1706.03762; streaming: Dao et al. 2022, arXiv 2205.14135; ALiBi: Press et al. 2021, arXiv 2108.12409.

Example::

    y = llmsys.attention(q, k, v, is_causal=True)
)";

}  // namespace

void addAttention(py::module_& m) {
    using namespace py::literals;
    for (const char* name : {"attention", "scaled_dot_product_attention"}) {
        m.def(name, &attention, "query"_a, "key"_a, "value"_a, py::kw_only(), "is_causal"_a = false, "window"_a = 0, "lengths"_a = py::none(),
              "slopes"_a = py::none(), "out"_a = py::none(), ABOUT);
    }
}

}  // namespace llmsys::python
