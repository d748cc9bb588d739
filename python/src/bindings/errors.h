// Failures as Python has them: a status of the engine, or an argument that does not fit, becomes an exception with three lines (error, why, fix).
#pragma once

#include <string>

#include <pybind11/pybind11.h>

#include "llmsys.h"

namespace llmsys::python {

namespace py = pybind11;

// Throw Python's TypeError and ValueError. what: the operation and its operands with dtype and shape, never their contents.
[[noreturn]] void typeError(const std::string& what, const std::string& why, const std::string& fix);
[[noreturn]] void valueError(const std::string& what, const std::string& why, const std::string& fix);
// Throws llmsys.Error with this status.
[[noreturn]] void engineError(lls_status status, const std::string& what, const std::string& why, const std::string& fix);

// Once, when the module is made: what C++ throws of itself becomes an exception with three lines too.
void translateErrors();

// Throws for a status other than LLS_OK: ValueError for LLS_INVALID and LLS_SHAPE, llmsys.Error for the rest, with this thread's text.
// To be called by the thread that got the status, with the GIL.
void check(lls_status status);

}  // namespace llmsys::python
