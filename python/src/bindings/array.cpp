#include "bindings/array.h"

#include <algorithm>
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

// What numpy makes of nested lists, or of what says that it is like an array.
py::object madeArray(py::handle object, const char* operation, const char* name) {
    try {
        return py::module_::import("numpy").attr("asarray")(object);
    } catch (py::error_already_set& failed) {
        if (!failed.matches(PyExc_Exception)) {
            throw;
        }
        bool ragged = failed.matches(PyExc_ValueError);
        std::string what = std::string(operation) + " got a " + Py_TYPE(object.ptr())->tp_name + " for " + name + " that makes no array";
        std::string why = ragged ? "rows of one axis have one length" : "numpy refuses it";
        if (ragged) {
            valueError(what, why, "pass an array");
        }
        typeError(what, why, "pass an array");
    }
}

// Whole numbers of any type as int32, when each fits. No method of numpy that is written in Python: a daemon thread that runs bytecode below C++
// while Python ends is ended in the middle of it (released.h).
py::object narrowed(const py::object& array, bool isUnsigned, const char* operation, const char* name) {
    py::object wide = array.attr("astype")("int64", py::arg("order") = "C");
    const auto* values = reinterpret_cast<const int64_t*>(array_proxy(wide.ptr())->data);
    int64_t size = sizeOf(shapeOf(wide)), least = 0, most = 0;
    for (int64_t i = 0; i < size; i++) {
        bool wrapped = isUnsigned && values[i] < 0;        // 64 bits without a sign
        most = wrapped ? std::numeric_limits<int64_t>::max() : std::max(most, values[i]);
        least = wrapped ? least : std::min(least, values[i]);
    }
    if (least < std::numeric_limits<int32_t>::min() || most > std::numeric_limits<int32_t>::max()) {
        valueError(std::string(operation) + " got " + std::to_string(most > std::numeric_limits<int32_t>::max() ? most : least) + " in " + name,
                   "they have 32 bits", "pass smaller numbers");
    }
    return wide.attr("astype")("int32");
}

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
        found = madeArray(object, operation, name);
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
    if (typeOf(array) != npy_api::NPY_INT32_ || !nativeOrder(array)) {
        array = narrowed(array, kind == "u", operation, name);
    }
    array = py::module_::import("numpy").attr("ascontiguousarray")(array).attr("reshape")(array.attr("shape"));
    Integers found;
    found.data = reinterpret_cast<const int32_t*>(array_proxy(array.ptr())->data);
    found.shape = shapeOf(array);
    found.array = std::move(array);
    return found;
}

Integers integersOrList(py::handle object, const char* operation, const char* name) {
    if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr()) || PyLong_Check(object.ptr())) {
        py::object array = madeArray(object, operation, name);
        if (py::cast<int64_t>(array.attr("size")) == 0) {
            array = array.attr("astype")("int32");
        }
        return integers(array, operation, name);
    }
    return integers(object, operation, name);
}

Extents extentsOf(py::handle object, const char* operation, const char* name) {
    std::vector<py::object> said;
    if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr())) {
        for (py::handle each : object) {
            said.push_back(py::reinterpret_borrow<py::object>(each));
        }
    } else {
        said.push_back(py::reinterpret_borrow<py::object>(object));
    }
    Extents extents;
    for (const py::object& each : said) {
        py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(each.ptr()));
        if (!number) {
            PyErr_Clear();
            typeError(std::string(operation) + " got a " + describe(object) + " for " + name, "a shape is a whole number or several",
                      "pass an int or a tuple of them");
        }
        int overflow = 0;
        extents.push_back(PyLong_AsLongLongAndOverflow(number.ptr(), &overflow));
        if (overflow != 0 || extents.back() < 0) {
            valueError(std::string(operation) + " got an extent for " + name + " that is negative or of more than 63 bits",
                       "extents count elements", "pass numbers from 0 on that fit memory");
        }
    }
    if (extents.size() > 32) {
        valueError(std::string(operation) + " got " + std::to_string(extents.size()) + " extents for " + name, "arrays have at most 32 axes",
                   "pass fewer");
    }
    return extents;
}

py::array_t<double, py::array::c_style> doubles(py::handle object, const char* operation, const char* name) {
    py::object array = madeArray(object, operation, name);
    std::string kind = py::str(array.attr("dtype").attr("kind"));
    if (kind != "f" && kind != "i" && kind != "u") {
        typeError(std::string(operation) + " got a " + describe(array) + " for " + name, "it takes real numbers",
                  "convert it: " + std::string(name) + ".astype(numpy.float64)");
    }
    return py::module_::import("numpy").attr("ascontiguousarray")(array, py::arg("dtype") = "float64");
}

py::dtype dtypeOf(py::handle object, const char* operation) {
    try {
        return py::dtype::from_args(py::reinterpret_borrow<py::object>(object));
    } catch (py::error_already_set&) {
        typeError(std::string(operation) + " got a " + describe(object) + " for dtype", "numpy knows no such dtype", "pass numpy.float32, say");
    }
}

Floats newFloats(const Extents& shape) {
    sizeOf(shape);
    auto& api = npy_api::get();
    std::vector<Py_intptr_t> extents(shape.begin(), shape.end());
    PyObject* array = api.PyArray_NewFromDescr_(api.PyArray_Type_, api.PyArray_DescrFromType_(npy_api::NPY_FLOAT_), static_cast<int>(shape.size()),
                                                extents.data(), nullptr, nullptr, 0, nullptr);
    if (array == nullptr) {
        py::error_already_set failed;
        if (failed.matches(PyExc_MemoryError)) {
            engineError(LLS_OUT_OF_MEMORY, "no memory for an array of shape " + shapeText(shape), "there is not so much", "work on smaller pieces");
        }
        valueError("an array of shape " + shapeText(shape), "numpy makes none such", "pass fewer axes, or smaller extents");
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
