#include "bindings/errors.h"

namespace llmsys::python {

namespace {

std::string threeLines(const std::string& what, const std::string& why, const std::string& fix) {
    return "error: " + what + "\nwhy: " + why + "\nfix: " + fix;
}

// The class lives in Python, where it is documented; it is looked up when it is thrown.
[[noreturn]] void raiseError(lls_status status, const std::string& text) {
    py::object type = py::module_::import("llmsys.errors").attr("Error");
    py::object error = type.attr("of")(static_cast<int>(status), py::str(text));
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
    throw py::error_already_set();
}

}  // namespace

void typeError(const std::string& what, const std::string& why, const std::string& fix) { throw py::type_error(threeLines(what, why, fix)); }

void valueError(const std::string& what, const std::string& why, const std::string& fix) { throw py::value_error(threeLines(what, why, fix)); }

void engineError(lls_status status, const std::string& what, const std::string& why, const std::string& fix) {
    raiseError(status, threeLines(what, why, fix));
}

void check(lls_status status) {
    if (status == LLS_OK) {
        return;
    }
    std::string text = lls_last_error();
    if (status == LLS_INVALID || status == LLS_SHAPE) {
        throw py::value_error(text);
    }
    raiseError(status, text);
}

}  // namespace llmsys::python
