// __dlpack__ by hand: pybind11 has no caster for it, and only the versioned form can say that memory is read-only.
#include "bindings/dlpack.h"

#include "bindings/acquired.h"
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"

namespace llmsys::python {

namespace {

// What the tensor of a capsule points to, given back by whoever took the capsule, or by the capsule.
template <typename M>
struct Kept {
    M managed{};
    PyObject* array = nullptr;
    Extents shape, strides;
};

dlpack::DataType typeOf(const py::array& array) {
    std::string kind = py::str(array.dtype().attr("kind"));
    uint8_t bits = static_cast<uint8_t>(array.itemsize() * 8);
    if (kind == "f") {
        return {dlpack::FLOAT, bits, 1};
    }
    if (kind == "i" || kind == "u") {
        return {kind == "i" ? dlpack::INT : dlpack::UINT, bits, 1};
    }
    if (kind == "b") {
        return {dlpack::BOOL, bits, 1};
    }
    typeError("__dlpack__ of a " + describe(array), "DLPack has floats, integers and booleans", "convert it first");
}

template <typename M>
void release(M* managed) {
    auto* kept = static_cast<Kept<M>*>(managed->context);
    if (Py_IsInitialized() && !Released::over()) {    // a consumer may let go from any thread, and after Python: then the array stays
        Acquired locked;
        Py_XDECREF(kept->array);
    }
    delete kept;
}

template <typename M>
void abandoned(PyObject* capsule) {  // nobody took it: a taken capsule has another name
    const char* name = std::is_same_v<M, dlpack::Managed> ? "dltensor" : "dltensor_versioned";
    if (PyCapsule_IsValid(capsule, name)) {
        M* managed = static_cast<M*>(PyCapsule_GetPointer(capsule, name));
        managed->deleter(managed);
    }
}

template <typename M>
Kept<M>* describeTensor(const py::array& array) {
    auto* kept = new Kept<M>();
    int64_t bytes = static_cast<int64_t>(array.itemsize());
    for (py::ssize_t i = 0; i < array.ndim(); i++) {
        kept->shape.push_back(array.shape(i));
        kept->strides.push_back(array.strides(i) / std::max<int64_t>(bytes, 1));
    }
    kept->managed.context = kept;
    kept->managed.deleter = &release<M>;
    kept->managed.tensor = {const_cast<void*>(array.data()),
                            {dlpack::CPU, 0},
                            static_cast<int32_t>(array.ndim()),
                            typeOf(array),
                            kept->shape.data(),
                            kept->strides.data(),
                            0};
    kept->array = py::object(array).release().ptr();
    return kept;
}

py::object capsuleOf(py::array array, bool versioned, bool copied) {
    for (py::ssize_t i = 0; i < array.ndim(); i++) {
        if (array.strides(i) % array.itemsize() != 0) {
            array = array.attr("copy")();
            copied = true;
        }
    }
    typeOf(array);
    bool readOnly = !array.writeable();
    if (!versioned) {
        if (readOnly) {
            throw py::buffer_error(
                "error: __dlpack__ of a read-only " + describe(array)
                + "\nwhy: before version 1 DLPack cannot say that memory may not be written\nfix: ask with max_version=(1, 0), or copy it");
        }
        auto* kept = describeTensor<dlpack::Managed>(array);
        return py::reinterpret_steal<py::object>(PyCapsule_New(&kept->managed, "dltensor", &abandoned<dlpack::Managed>));
    }
    auto* kept = describeTensor<dlpack::ManagedVersioned>(array);
    kept->managed.version = {1, 0};
    kept->managed.flags = (readOnly ? 1u : 0u) | (copied ? 2u : 0u);
    return py::reinterpret_steal<py::object>(PyCapsule_New(&kept->managed, "dltensor_versioned", &abandoned<dlpack::ManagedVersioned>));
}

using Pair = std::optional<std::pair<int, int>>;

py::object toDlpack(py::array array, const py::object& stream, Pair maxVersion, Pair device, std::optional<bool> copy) {
    if (!stream.is_none()) {
        valueError("__dlpack__ got a stream", "memory of the processor has none", "pass stream=None");
    }
    if (device && *device != std::make_pair(int{dlpack::CPU}, 0)) {
        throw py::buffer_error(
            "error: __dlpack__ for another device\nwhy: this memory is the processor's, device (1, 0)\nfix: move it after taking it over");
    }
    bool wanted = copy.value_or(false);
    bool versioned = maxVersion && maxVersion->first >= 1;
    return capsuleOf(wanted ? py::array(array.attr("copy")()) : array, versioned, wanted);
}

}  // namespace

void addDlpack(py::module_& m) {
    using namespace py::literals;
    define(m, "dlpack", &toDlpack, "array"_a, "stream"_a = py::none(), "max_version"_a = py::none(), "dl_device"_a = py::none(),
           "copy"_a = py::none(), "The DLPack capsule of a numpy array, versioned when max_version is (1, 0) or more.");
}

}  // namespace llmsys::python
