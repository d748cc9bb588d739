#include "bindings/errors.h"

namespace llmsys::python {

namespace {

std::string threeLines(const std::string& what, const std::string& why, const std::string& fix) {
    std::string text = "error: " + what + "\nwhy: " + why + "\nfix: " + fix;
    for (char& each : text) {
        each = each == '\0' ? ' ' : each;      // a caller's text may have one, and C ends there
    }
    return text;
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

void translateErrors() {
    py::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const py::cast_error&) {
            PyErr_SetString(PyExc_TypeError, threeLines("an argument, or what a function gave back, has another type than it must",
                                                        "it cannot be converted", "help() of the function tells what it takes").c_str());
        } catch (const std::bad_alloc&) {
            try {
                engineError(LLS_OUT_OF_MEMORY, "no memory for a call", "the system has no more", "work on smaller pieces");
            } catch (py::error_already_set& error) {
                error.restore();
            }
        }
    });
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
