// numpy arrays as operands: seen where they lie, checked by hand, so that a message tells dtype and shape and never an array's contents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "bindings/errors.h"

namespace llmsys::python {

// What functions take and give, as it stands in signatures and stubs; anything converts, the functions check.
struct FloatArray : py::object {
    using py::object::object;
    FloatArray(py::object o) : py::object(std::move(o)) {}
};
struct IntegerArray : py::object {
    using py::object::object;
    IntegerArray(py::object o) : py::object(std::move(o)) {}
};

using Extents = std::vector<int64_t>;

// A float32 array: its own memory, or a copy when it could not be read where it lies. Strides count elements.
struct Floats {
    py::object array;  // keeps the memory
    float* data = nullptr;
    Extents shape;
    Extents strides;

    int64_t rank() const { return static_cast<int64_t>(shape.size()); }
    int64_t size() const;
    bool contiguous() const;  // C order
};

struct Integers {
    py::object array;
    const int32_t* data = nullptr;
    Extents shape;
    int64_t size() const;
};

int64_t sizeOf(const Extents& shape);
std::string shapeText(const Extents& shape);
// "float64 array of shape (2, 3)", or the type of what is no array.
std::string describe(py::handle object);

// object as an ndarray: itself, or a view of what speaks the buffer protocol, __array_interface__ or DLPack. Lists and numbers are refused.
py::object asArray(py::handle object, const char* operation, const char* name);
// Any strides; elements that are misaligned or apart by parts of an element are copied.
Floats strided(py::handle object, const char* operation, const char* name);
// In C order; copied when it is not.
Floats contiguous(py::handle object, const char* operation, const char* name);
// int32 in C order; other integer types are converted, when each fits. outside: what replaces values outside int32, which no id or class is.
Integers integers(py::handle object, const char* operation, const char* name);
Integers integersOrList(py::handle object, const char* operation, const char* name);

Floats newFloats(const Extents& shape);
// out, checked to be writable and of that shape, or a new array when it is None. inputs may not overlap it, unless they are the same elements
// and `inPlace`.
Floats result(py::handle out, const Extents& shape, const char* operation, std::initializer_list<const Floats*> inputs, bool inPlace = false);
// The same in C order; throws when out is strided.
Floats contiguousResult(py::handle out, const Extents& shape, const char* operation, std::initializer_list<const Floats*> inputs,
                        bool inPlace = false);

// The extents that an int or a sequence of them says.
Extents extentsOf(py::handle object, const char* operation, const char* name);
// Real numbers of any dtype as float64, in C order.
py::array_t<double, py::array::c_style> doubles(py::handle object, const char* operation, const char* name);
py::dtype dtypeOf(py::handle object, const char* operation);

// axis from -rank to rank - 1, counted from 0.
int64_t axisOf(int64_t axis, int64_t rank, const char* operation);
bool overlap(const Floats& a, const Floats& b);

}  // namespace llmsys::python

namespace pybind11::detail {

template <>
struct type_caster<llmsys::python::FloatArray> {
    PYBIND11_TYPE_CASTER(llmsys::python::FloatArray, const_name("numpy.typing.NDArray[numpy.float32]"));
    bool load(handle source, bool) {
        value = llmsys::python::FloatArray(reinterpret_borrow<object>(source));
        return true;
    }
    static handle cast(const llmsys::python::FloatArray& array, return_value_policy, handle) { return object(array).release(); }
};

template <>
struct type_caster<llmsys::python::IntegerArray> {
    PYBIND11_TYPE_CASTER(llmsys::python::IntegerArray, const_name("numpy.typing.NDArray[numpy.integer]"));
    bool load(handle source, bool) {
        value = llmsys::python::IntegerArray(reinterpret_borrow<object>(source));
        return true;
    }
    static handle cast(const llmsys::python::IntegerArray& array, return_value_policy, handle) { return object(array).release(); }
};

}  // namespace pybind11::detail
