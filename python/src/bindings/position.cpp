// rope and sinusoidal: where a token stands.
#include <cstring>
#include <numeric>

#include "bindings/define.h"
#include "bindings/heads.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

// A number counts up from there; an array says each row's.
std::vector<int32_t> positionsOf(const py::object& positions, int64_t rows) {
    std::vector<int32_t> found(static_cast<size_t>(rows));
    if (py::isinstance<py::int_>(positions)) {
        int overflow = 0;
        int64_t start = PyLong_AsLongLongAndOverflow(positions.ptr(), &overflow);
        if (overflow != 0 || start < 0 || start > INT32_MAX - rows) {
            valueError("rope got the first position " + std::string(overflow != 0 ? "far away" : std::to_string(start)),
                       "positions count from 0, in 31 bits", "pass where x begins");
        }
        std::iota(found.begin(), found.end(), static_cast<int32_t>(start));
        return found;
    }
    Integers given = integersOrList(positions, "rope", "positions");
    if (given.size() != rows || given.shape.size() != 1) {
        valueError("rope got positions of shape " + shapeText(given.shape), "there are " + std::to_string(rows) + " rows",
                   "pass one position for each, or the first one as a number");
    }
    std::copy(given.data, given.data + rows, found.begin());
    return found;
}

FloatArray rope(const FloatArray& input, const py::object& positions, double theta, bool interleaved, const py::object& frequencies, bool inverse,
                const py::object& out) {
    Floats x = givenHeads(input, "rope", "input");
    Floats y = contiguousResult(out, x.shape, "rope", {&x}, true);
    py::array_t<double, py::array::c_style | py::array::forcecast> own;
    lls_heads heads = headsOf(y);
    if (!frequencies.is_none()) {
        own = doubles(frequencies, "rope", "frequencies");
        if (own.ndim() != 1 || own.shape(0) != heads.width / 2) {
            valueError("rope got " + describe(own) + " for frequencies",
                       "each pair of a head of " + std::to_string(heads.width) + " turns at its own",
                       "pass " + std::to_string(heads.width / 2) + " of them, in radians a position");
        }
    }
    std::vector<int32_t> at = positionsOf(positions, heads.rows);
    if (y.data != x.data) {
        py::module_::import("numpy").attr("copyto")(y.array, x.array);
    }
    const double* turns = frequencies.is_none() ? nullptr : own.data();
    check(unlocked(y.size(), [&] { return lls_rope(nullptr, &heads, at.data(), turns, theta, interleaved ? 1 : 0, inverse ? 1 : 0); }));
    return y.array;
}

FloatArray sinusoidal(int64_t length, int64_t dim, int64_t start, double theta) {
    Floats y = newFloats({length, dim});
    std::memset(y.data, 0, static_cast<size_t>(y.size()) * sizeof(float));
    check(unlocked(y.size(), [&] { return lls_sinusoidal(nullptr, y.data, start, length, dim, theta); }));
    return y.array;
}

}  // namespace

void addPositions(py::module_& m) {
    using namespace py::literals;
    define(m, "rope", &rope, "input"_a, "positions"_a = 0, "theta"_a = 10000.0, py::kw_only(), "interleaved"_a = false, "frequencies"_a = py::none(),
          "inverse"_a = false, "out"_a = py::none(),
          R"(Rotary positions: each pair (a, b) of a head turns by the angle p theta^(-2i/HS), p the position and i the pair.

(a, b) -> (a cos - b sin, a sin + b cos). Pairs are the elements i and i + HS/2, or 2i and 2i + 1 when interleaved (llama2.c, GGUF's llama).
positions: the first one as a number, or one for each row. frequencies: radians a position for each pair, instead of theta's. inverse turns back.
Shapes: input (B,NH,T,HS), (NH,T,HS) or (T,HS), HS even; the result has it too. float32. out may be input.

Errors: TypeError for another dtype, ValueError for an odd HS or positions that do not fit.

Source: Su et al. 2021, arXiv 2104.09864.

Example::

    q = llmsys.rope(q, positions=16)     # rows stand at 16, 17, ...
)");
    define(m, "sinusoidal", &sinusoidal, "length"_a, "dim"_a, py::kw_only(), "start"_a = 0, "theta"_a = 10000.0,
          R"(The fixed positions of the first transformer: PE[p, 2i] = sin(p / theta^(2i/dim)), PE[p, 2i+1] = cos of the same.

Shapes: gives (length, dim) for the positions start to start + length - 1. float32.

Errors: ValueError for a negative length, dim or start.

Source: Vaswani et al. 2017, arXiv 1706.03762.

Example::

    x = x + llmsys.sinusoidal(x.shape[-2], x.shape[-1])
)");
}

}  // namespace llmsys::python
