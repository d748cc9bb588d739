// The library itself: version, processor, threads.
#include "bindings/define.h"
#include "bindings/errors.h"
#include "bindings/rooms.h"

namespace llmsys::python {

void addEngine(py::module_& m) {
    using namespace py::literals;
    define(m, "version", [] { return std::string(lls_version()); }, "The engine's version, such as \"0.1.0\".");
    define(m, "cpu", [] { return std::string(lls_cpu()); },
        "What of the processor is used: \"avx2 avx512 vnni\". LLMSYS_CPU=scalar or avx2 hides the rest.");
    define(m, "threads", &lls_threads, "The threads that a call uses, the caller's included.");
    define(m, "set_threads", [](int32_t threads) { check(lls_set_threads(threads)); }, "threads"_a,
        R"(Threads of the calls that follow, the caller's included; 1 to 256. Results do not depend on it. At first: the processors.

Errors: ValueError for another number.

Example::

    llmsys.set_threads(1)
)");
}

}  // namespace llmsys::python
