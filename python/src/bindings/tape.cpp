// The tape of the engine, as it is: llmsys.tensor makes tensors of its variables.
#include <vector>

#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/handle.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

class Tape {
public:
    Tape() {
        lls_handle handle = 0;
        check(lls_tape_open(&handle));
        handle_ = Handle<lls_tape_close>(handle);
    }

    int32_t tensor(const FloatArray& array, bool requiresGradient) {
        Floats data = contiguous(array, "tensor", "data");
        int32_t variable = -1;
        check(lls_tape_tensor(handle_.get(), data.data, data.shape.data(), static_cast<int32_t>(data.shape.size()), requiresGradient ? 1 : 0,
                              &variable));
        return variable;
    }

    int32_t apply(const std::string& operation, const std::vector<int32_t>& inputs, const py::object& integers, const std::vector<double>& numbers) {
        std::vector<int64_t> settings;
        if (py::isinstance<py::array>(integers)) {
            py::array_t<int64_t, py::array::c_style | py::array::forcecast> given(py::reinterpret_borrow<py::array>(integers));
            settings.assign(given.data(), given.data() + given.size());
        } else {
            settings = integers.cast<std::vector<int64_t>>();
        }
        int32_t variable = -1;
        check(unlocked([&] {
            return lls_tape_apply(handle_.get(), operation.c_str(), inputs.data(), static_cast<int32_t>(inputs.size()), settings.data(),
                                  static_cast<int64_t>(settings.size()), numbers.data(), static_cast<int32_t>(numbers.size()), &variable);
        }));
        return variable;
    }

    void backward(int32_t variable) {
        check(lls_tape_zero_gradients(handle_.get()));
        check(unlocked([&] { return lls_tape_backward(handle_.get(), variable); }));
    }

    Extents shape(int32_t variable) const {
        int64_t extents[8] = {};
        int32_t rank = 0;
        check(lls_tape_extents(handle_.get(), variable, extents, &rank));
        return Extents(extents, extents + rank);
    }

    FloatArray value(int32_t variable) const {
        Floats y = newFloats(shape(variable));
        check(lls_tape_value(handle_.get(), variable, y.data, y.size()));
        return y.array;
    }

    py::object gradient(int32_t variable) const {
        Floats y = newFloats(shape(variable));
        lls_status status = lls_tape_gradient(handle_.get(), variable, y.data, y.size());
        if (status == LLS_STATE) {
            return py::none();
        }
        check(status);
        return y.array;
    }

private:
    Handle<lls_tape_close> handle_;
};

}  // namespace

void addTape(py::module_& m) {
    using namespace py::literals;
    py::class_<Tape> type(
        m, "Tape", py::is_final(),
        "Operations recorded as they compute; variables are numbers from 0. For one thread at a time. llmsys.tensor is the way in.");
    defineConstructor<>(type, "Tape");
    defineMethod(type, "Tape.tensor", &Tape::tensor, "data"_a, "requires_gradient"_a, "Copies an array; its variable.");
    defineMethod(type, "Tape.apply", &Tape::apply, "operation"_a, "inputs"_a, "integers"_a = py::tuple(), "numbers"_a = std::vector<double>(),
                 "Computes and records an operation of llmsys.h's list; the variable of its result.");
    defineMethod(type, "Tape.backward", &Tape::backward, "variable"_a, "Gradients of a variable of one element, from zero.");
    defineMethod(type, "Tape.shape", &Tape::shape, "variable"_a);
    defineMethod(type, "Tape.value", &Tape::value, "variable"_a, "A copy of its value.");
    defineMethod(type, "Tape.gradient", &Tape::gradient, "variable"_a, "A copy of its gradient, None when it has none.");
}

}  // namespace llmsys::python
