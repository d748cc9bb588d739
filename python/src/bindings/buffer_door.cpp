// The buffer protocol for classes written in Python, which have no door to it before Python 3.12: memoryview(t) asks t.numpy() and passes on
// what that gives.
#include "bindings/errors.h"
#include "bindings/rooms.h"

namespace llmsys::python {

namespace {

struct BufferDoor {};

int getBuffer(PyObject* self, Py_buffer* view, int flags) {
    PyObject* array = PyObject_CallMethod(self, "numpy", nullptr);
    if (array == nullptr) {
        view->obj = nullptr;
        return -1;
    }
    int status = PyObject_GetBuffer(array, view, flags);  // the view keeps the array
    Py_DECREF(array);
    return status;
}

}  // namespace

void addBufferDoor(py::module_& m) {
    py::class_<BufferDoor>(m, "BufferDoor", py::custom_type_setup([](PyHeapTypeObject* type) {
                               type->as_buffer.bf_getbuffer = &getBuffer;
                               type->ht_type.tp_as_buffer = &type->as_buffer;
                           }),
                           "A base class whose buffer is that of numpy().")
        .def(py::init<>());
}

}  // namespace llmsys::python
