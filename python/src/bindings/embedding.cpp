// embedding: ids to rows of a table.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

FloatArray embedding(const py::object& input, const FloatArray& weight, const py::object& out) {
    Integers ids = integersOrList(input, "embedding", "input");
    Floats table = contiguous(weight, "embedding", "weight");
    if (table.rank() != 2) {
        valueError("embedding got weight of shape " + shapeText(table.shape), "it is a table with a row for each id", "pass (V, C)");
    }
    Extents shape = ids.shape;
    shape.push_back(table.shape[1]);
    Floats y = contiguousResult(out, shape, "embedding", {&table});
    lls_weights rows{table.data, LLS_F32, table.shape[0], table.shape[1]};
    int64_t count = ids.size();
    check(unlocked(y.size(), [&] { return lls_embedding(nullptr, ids.data, count, &rows, y.data); }));
    return y.array;
}

}  // namespace

void addEmbedding(py::module_& m) {
    using namespace py::literals;
    define(m, "embedding", &embedding, "input"_a, "weight"_a, py::kw_only(), "out"_a = py::none(),
          R"(Rows of a table: y[...] = weight[input[...]].

Shapes: input (ids, any shape of whole numbers from 0 to V - 1, or a list of them) and weight (V,C) give (*input.shape, C). float32.

Errors: TypeError for ids that are no whole numbers or a table that is not float32; ValueError for an id outside the table.

Source: Bengio et al. 2003, A neural probabilistic language model.

Example::

    x = llmsys.embedding(ids, table)     # (T,) and (V,C) to (T,C)
)");
}

}  // namespace llmsys::python
