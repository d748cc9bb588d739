// From logits to the next token: filters in turn, then a choice.
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

Floats row(py::handle logits, const char* operation) {
    Floats x = contiguous(logits, operation, "logits");
    if (x.rank() != 1 || x.size() == 0) {
        valueError(std::string(operation) + " got logits of shape " + shapeText(x.shape), "one token is chosen from one row", "pass (V,), V from 1");
    }
    return x;
}

Floats copyOf(const Floats& x) {
    Floats y = newFloats(x.shape);
    std::copy(x.data, x.data + x.size(), y.data);
    return y;
}

FloatArray filter(const FloatArray& logits, const std::string& algorithm, double setting) {
    Floats y = copyOf(row(logits, "filter_logits"));
    check(lls_filter(algorithm.c_str(), nullptr, y.data, y.size(), setting));
    return y.array;
}

int32_t sample(const FloatArray& logits, double temperature, int64_t topK, double topP, double minP, double draw) {
    Floats y = copyOf(row(logits, "sample"));
    int32_t id = -1;
    if (temperature == 0) {
        check(lls_sample("greedy", nullptr, y.data, y.size(), draw, &id));
        return id;
    }
    if (temperature != 1) {
        check(lls_filter("temperature", nullptr, y.data, y.size(), temperature));
    }
    if (topK != 0) {
        check(lls_filter("top-k", nullptr, y.data, y.size(), static_cast<double>(topK)));
    }
    if (topP != 1) {
        check(lls_filter("top-p", nullptr, y.data, y.size(), topP));
    }
    if (minP != 0) {
        check(lls_filter("min-p", nullptr, y.data, y.size(), minP));
    }
    check(lls_sample("categorical", nullptr, y.data, y.size(), draw, &id));
    return id;
}

}  // namespace

void addSampling(py::module_& m) {
    using namespace py::literals;
    define(m, "sample", &sample, "logits"_a, py::kw_only(), "temperature"_a = 1.0, "top_k"_a = 0, "top_p"_a = 1.0, "min_p"_a = 0.0, "draw"_a,
          R"(One token: its id. The filters cut and scale the logits in the order of the arguments, then draw picks from their softmax.

temperature 0 takes the likeliest token. top_k 0, top_p 1 and min_p 0 are off. draw is a random number in [0, 1), from a generator of yours, so
that a text can be written again.
Shapes: logits (V,). float32, not changed.

Errors: TypeError for another dtype, ValueError for another shape or settings out of range.

Source: temperature: Ackley et al. 1985; top-k: Fan et al. 2018, arXiv 1805.04833; top-p: Holtzman et al. 2019, arXiv 1904.09751; min-p: Nguyen et
al. 2024, arXiv 2407.01082.

Example::

    rng = numpy.random.default_rng(1)
    token = llmsys.sample(logits, temperature=0.8, top_p=0.9, draw=rng.random())
)");
    define(m, "filter_logits", &filter, "logits"_a, "algorithm"_a, "setting"_a,
        R"(The logits after one filter: "temperature" divides them by the setting and moves the largest to 0, "top-k", "top-p" and
"min-p" set what they cut to -infinity.

Shapes: logits (V,) give (V,). float32.

Errors: TypeError for another dtype, ValueError for a setting out of range, llmsys.Error for an algorithm that is not there.

Source: as sample.

Example::

    llmsys.filter_logits(logits, "top-k", 40)
)");
}

}  // namespace llmsys::python
