// An array of Python's as Java sees it: where element 0 lies, extents and strides in elements. Held, and not moved, as long as this object lives.
#pragma once

#include <vector>

#include <jni.h>
#include <pybind11/pybind11.h>

namespace llmsys::jvm {

class Operand {
public:
    // Throws ValueError for another type than float32, for strides that cut elements, for an array that is read only when it is to be written.
    Operand(const pybind11::buffer& array, bool written);
    ~Operand();
    Operand(const Operand&) = delete;
    Operand& operator=(const Operand&) = delete;

    int rank() const { return view.ndim; }

    // Appends address, extents, strides.
    void describe(std::vector<jlong>& numbers) const;

private:
    Py_buffer view{};
};

}  // namespace llmsys::jvm
