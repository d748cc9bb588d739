#include "jvm/operand.h"

#include <cstring>
#include <string>

namespace py = pybind11;

namespace llmsys::jvm {

Operand::Operand(const py::buffer& array, bool written) {
    if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_FORMAT | (written ? PyBUF_STRIDED : PyBUF_STRIDED_RO)) != 0) {
        throw py::error_already_set();
    }
    bool named = view.format != nullptr && (std::strcmp(view.format, "f") == 0 || std::strcmp(view.format, "<f") == 0);
    bool float32 = named && view.itemsize == sizeof(float);
    bool whole = true;
    for (int axis = 0; axis < view.ndim; axis++) {
        whole = whole && view.strides[axis] % static_cast<py::ssize_t>(sizeof(float)) == 0;
    }
    if (!float32 || !whole) {
        std::string format = view.format == nullptr ? "bytes" : view.format;
        PyBuffer_Release(&view);
        throw py::value_error(float32 ? "matmul: the array's strides cut its elements; np.ascontiguousarray makes one that is whole"
                                      : "matmul takes float32, not format " + format + "; astype(np.float32) converts");
    }
}

Operand::~Operand() { PyBuffer_Release(&view); }

void Operand::describe(std::vector<jlong>& numbers) const {
    numbers.push_back(reinterpret_cast<jlong>(view.buf));
    numbers.insert(numbers.end(), view.shape, view.shape + view.ndim);
    for (int axis = 0; axis < view.ndim; axis++) {
        numbers.push_back(view.strides[axis] / static_cast<py::ssize_t>(sizeof(float)));
    }
}

}  // namespace llmsys::jvm
