#include "bindings/array.h"

#include <limits>

namespace llmsys::python {

namespace {

using py::detail::array_descriptor_proxy;
using py::detail::array_proxy;
using py::detail::npy_api;

constexpr int ALIGNED = npy_api::NPY_ARRAY_ALIGNED_;
constexpr int WRITEABLE = npy_api::NPY_ARRAY_WRITEABLE_;
constexpr int64_t FLOAT_BYTES = sizeof(float);

bool isArray(py::handle object) { return npy_api::get().PyArray_Check_(object.ptr()); }

auto* descriptorOf(py::handle array) { return array_descriptor_proxy(reinterpret_cast<PyObject*>(array_proxy(array.ptr())->descr)); }

bool nativeOrder(py::handle array) { return descriptorOf(array)->byteorder != '>'; }

int typeOf(py::handle array) { return descriptorOf(array)->type_num; }

Extents shapeOf(py::handle array) {
    auto* proxy = array_proxy(array.ptr());
    return Extents(proxy->dimensions, proxy->dimensions + proxy->nd);
}

bool wholeStrides(py::handle array) {
    auto* proxy = array_proxy(array.ptr());
    for (int i = 0; i < proxy->nd; i++) {
        if (proxy->strides[i] % FLOAT_BYTES != 0) {
            return false;
        }
    }
    return (proxy->flags & ALIGNED) != 0;
}

Floats floatsOf(py::object array) {
    auto* proxy = array_proxy(array.ptr());
    Floats floats;
    floats.data = reinterpret_cast<float*>(proxy->data);
    floats.shape.assign(proxy->dimensions, proxy->dimensions + proxy->nd);
    floats.strides.reserve(floats.shape.size());
    for (int i = 0; i < proxy->nd; i++) {
        floats.strides.push_back(proxy->strides[i] / FLOAT_BYTES);
    }
    floats.array = std::move(array);
    return floats;
}

py::object copied(py::handle array) { return py::module_::import("numpy").attr("array")(array, py::arg("order") = "C", py::arg("copy") = true); }

void requireFloat32(py::handle array, py::handle given, const char* operation, const char* name) {
    if (typeOf(array) != npy_api::NPY_FLOAT_ || !nativeOrder(array)) {
        typeError(std::string(operation) + " got a " + describe(array) + " for " + name, "it computes in float32",
                  py::isinstance<py::array>(given) ? std::string("convert it: ") + name + ".astype(numpy.float32)"
                                                   : std::string("convert it to float32 first"));
    }
}

// The addresses that an array's elements lie between; first == last when it has none.
void bounds(const Floats& floats, const float*& first, const float*& last) {
    first = last = floats.data;
    if (floats.size() == 0) {
        return;
    }
    for (size_t i = 0; i < floats.shape.size(); i++) {
        int64_t reach = (floats.shape[i] - 1) * floats.strides[i];
        (reach < 0 ? first : last) += reach;
    }
    last++;
}

}  // namespace

int64_t sizeOf(const Extents& shape) {
    int64_t size = 1;
    for (int64_t extent : shape) {
        if (extent < 0 || __builtin_mul_overflow(size, extent, &size) || size > std::numeric_limits<int64_t>::max() / FLOAT_BYTES) {
            valueError("an array of shape " + shapeText(shape), "so many elements cannot be addressed", "pass extents from 0 on that fit memory");
        }
    }
    return size;
}

int64_t Floats::size() const { return sizeOf(shape); }
int64_t Integers::size() const { return sizeOf(shape); }

bool Floats::contiguous() const {
    if (size() == 0) {
        return true;
    }
    int64_t step = 1;
    for (size_t i = shape.size(); i-- > 0;) {
        if (shape[i] != 1 && strides[i] != step) {
            return false;
        }
        step *= shape[i];
    }
    return true;
}

std::string shapeText(const Extents& shape) {
    std::string text = "(";
    for (size_t i = 0; i < shape.size(); i++) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

std::string describe(py::handle object) {
    if (isArray(object)) {
        return py::str(py::reinterpret_borrow<py::array>(object).dtype()).cast<std::string>() + " array of shape " + shapeText(shapeOf(object));
    }
    return Py_TYPE(object.ptr())->tp_name;
}

py::object asArray(py::handle object, const char* operation, const char* name) {
    if (isArray(object)) {
        return py::reinterpret_borrow<py::object>(object);
    }
    py::object found;
    if (py::hasattr(object, "__array_interface__") || py::hasattr(object, "__array__") || PyObject_CheckBuffer(object.ptr())) {
        found = py::module_::import("numpy").attr("asarray")(object);
    } else if (py::hasattr(object, "__dlpack__")) {
        found = py::module_::import("numpy").attr("from_dlpack")(object);
    }
    if (!found || !isArray(found)) {
        typeError(std::string(operation) + " got a " + describe(object) + " for " + name, "it takes numpy arrays and what shares memory as they do",
                  "make an array: numpy.asarray(" + std::string(name) + ", dtype=numpy.float32)");
    }
    return found;
}

Floats strided(py::handle object, const char* operation, const char* name) {
    py::object array = asArray(object, operation, name);
    requireFloat32(array, object, operation, name);
    return floatsOf(wholeStrides(array) ? array : copied(array));
}

Floats contiguous(py::handle object, const char* operation, const char* name) {
    Floats floats = strided(object, operation, name);
    return floats.contiguous() ? floats : floatsOf(copied(floats.array));
}

Integers integers(py::handle object, const char* operation, const char* name) {
    py::object array = asArray(object, operation, name);
    std::string kind = py::str(array.attr("dtype").attr("kind"));
    if (kind != "i" && kind != "u") {
        typeError(std::string(operation) + " got a " + describe(array) + " for " + name, "it takes whole numbers",
                  "convert it: " + std::string(name) + ".astype(numpy.int32)");
    }
    py::module_ numpy = py::module_::import("numpy");
    if (typeOf(array) != npy_api::NPY_INT32_ || !nativeOrder(array)) {
        if (py::cast<int64_t>(array.attr("size")) > 0) {
            py::int_ least = py::int_(array.attr("min")()), most = py::int_(array.attr("max")());
            if (least < py::int_(std::numeric_limits<int32_t>::min()) || most > py::int_(std::numeric_limits<int32_t>::max())) {
                valueError(std::string(operation) + " got " + std::string(py::str(least)) + " to " + std::string(py::str(most)) + " in " + name,
                           "they have 32 bits", "pass smaller numbers");
            }
        }
        array = array.attr("astype")(numpy.attr("int32"));
    }
    array = numpy.attr("ascontiguousarray")(array).attr("reshape")(array.attr("shape"));
    Integers found;
    found.data = reinterpret_cast<const int32_t*>(array_proxy(array.ptr())->data);
    found.shape = shapeOf(array);
    found.array = std::move(array);
    return found;
}

Integers integersOrList(py::handle object, const char* operation, const char* name) {
    if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr()) || PyLong_Check(object.ptr())) {
        py::object array = py::module_::import("numpy").attr("asarray")(object);
        if (py::cast<int64_t>(array.attr("size")) == 0) {
            array = array.attr("astype")("int32");
        }
        return integers(array, operation, name);
    }
    return integers(object, operation, name);
}

Floats newFloats(const Extents& shape) {
    sizeOf(shape);
    auto& api = npy_api::get();
    std::vector<Py_intptr_t> extents(shape.begin(), shape.end());
    PyObject* array = api.PyArray_NewFromDescr_(api.PyArray_Type_, api.PyArray_DescrFromType_(npy_api::NPY_FLOAT_), static_cast<int>(shape.size()),
                                                extents.data(), nullptr, nullptr, 0, nullptr);
    if (array == nullptr) {
        throw py::error_already_set();
    }
    return floatsOf(py::reinterpret_steal<py::object>(array));
}

bool overlap(const Floats& a, const Floats& b) {
    const float *firstA, *lastA, *firstB, *lastB;
    bounds(a, firstA, lastA);
    bounds(b, firstB, lastB);
    return firstA < lastB && firstB < lastA;
}

Floats result(py::handle out, const Extents& shape, const char* operation, std::initializer_list<const Floats*> inputs, bool inPlace) {
    if (out.is_none()) {
        return newFloats(shape);
    }
    py::object array = asArray(out, operation, "out");
    if (typeOf(array) != npy_api::NPY_FLOAT_ || !nativeOrder(array)) {
        typeError(std::string(operation) + " got a " + describe(array) + " for out", "the result is float32",
                  "pass numpy.empty(" + shapeText(shape) + ", numpy.float32)");
    }
    if (shapeOf(array) != shape) {
        valueError(std::string(operation) + " got a " + describe(array) + " for out", "the result has shape " + shapeText(shape),
                   "pass numpy.empty(" + shapeText(shape) + ", numpy.float32)");
    }
    if ((array_proxy(array.ptr())->flags & WRITEABLE) == 0) {
        valueError(std::string(operation) + " got a " + describe(array) + " for out that is read-only", "the result is written into it",
                   "pass an array that may be written");
    }
    if (!wholeStrides(array)) {
        valueError(std::string(operation) + " got a " + describe(array) + " for out with strides " + std::string(py::str(array.attr("strides"))),
                   "its elements are misaligned, or parts of an element apart", "pass numpy.empty(" + shapeText(shape) + ", numpy.float32)");
    }
    Floats floats = floatsOf(std::move(array));
    for (const Floats* input : inputs) {
        bool same = inPlace && input->data == floats.data && input->shape == floats.shape && input->strides == floats.strides;
        if (!same && overlap(*input, floats)) {
            valueError(std::string(operation) + ": out of shape " + shapeText(shape) + " shares memory with an operand",
                       "the result would be written over what is still read", "pass memory of its own for out");
        }
    }
    floats.array = py::reinterpret_borrow<py::object>(out);
    return floats;
}

Floats contiguousResult(py::handle out, const Extents& shape, const char* operation, std::initializer_list<const Floats*> inputs, bool inPlace) {
    Floats floats = result(out, shape, operation, inputs, inPlace);
    if (!floats.contiguous()) {
        valueError(std::string(operation) + " got out of shape " + shapeText(shape) + " with strides in elements " + shapeText(floats.strides),
                   "it writes rows one after another", "pass an array in C order");
    }
    return floats;
}

int64_t axisOf(int64_t axis, int64_t rank, const char* operation) {
    if (axis < -rank || axis >= rank) {
        valueError(std::string(operation) + " got axis " + std::to_string(axis), "the array has " + std::to_string(rank) + " axes",
                   rank == 0 ? "pass an array with an axis" : "pass an axis from " + std::to_string(-rank) + " to " + std::to_string(rank - 1));
    }
    return axis < 0 ? axis + rank : axis;
}

}  // namespace llmsys::python
