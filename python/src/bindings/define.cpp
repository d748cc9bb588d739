#include "bindings/define.h"

#include "bindings/array.h"

namespace llmsys::python {

bool isArrayWithoutNumbers(py::handle object) {
    if (!py::isinstance<py::array>(object)) {
        return false;
    }
    const char kind = py::reinterpret_borrow<py::array>(object).dtype().kind();
    return kind != 'b' && kind != 'i' && kind != 'u' && kind != 'f';
}

void refuse(const char* operation, const char* parameter, py::handle came, const std::string& wanted, bool number, bool text) {
    std::string start = std::string(operation) + " got ";
    if (number && PyLong_Check(came.ptr())) {
        valueError(start + "a whole number for " + parameter + " that is too large, or negative where none may be", "it has 32 or 64 bits",
                   "pass a number in its range");
    }
    if (text && PyUnicode_Check(came.ptr())) {
        valueError(start + "a str for " + parameter + " with half of a surrogate pair", "texts are handed over as UTF-8, which has none",
                   "encode it with errors=\"replace\" first");
    }
    typeError(start + "a " + describe(came) + " for " + parameter, "it takes " + wanted, "convert it first");
}

void refuseCall(const char* operation, const std::vector<std::string>& parameters, const py::args& given, const py::kwargs& named) {
    std::string names, takes;
    for (auto item : named) {
        names += (names.empty() ? "" : ", ") + py::str(item.first).cast<std::string>();
    }
    for (const std::string& parameter : parameters) {
        takes += (takes.empty() ? "" : ", ") + parameter;
    }
    typeError(std::string(operation) + " got " + std::to_string(given.size()) + (given.size() == 1 ? " argument" : " arguments") + " without a name"
                  + (names.empty() ? "" : " and those named " + names),
              "its arguments are (" + takes + "), each once", "help() of it tells which of them may be left out");
}

}  // namespace llmsys::python
