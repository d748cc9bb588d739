// What there is in each slot, and which of it serves.
#include "bindings/define.h"
#include "bindings/errors.h"
#include "bindings/rooms.h"
#include "bindings/tokenizer.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

py::list implementations(const std::optional<std::string>& slot) {
    const char* asked = slot ? slot->c_str() : nullptr;
    int32_t count = 0;
    check(lls_implementations(asked, &count));
    py::list found;
    for (int32_t i = 0; i < count; i++) {
        lls_implementation_info info{};
        check(lls_implementation(asked, i, &info));
        py::dict one;
        one["slot"] = info.slot;
        one["algorithm"] = info.algorithm;
        one["name"] = info.name;
        one["numerics"] = info.numerics;
        one["summary"] = info.summary;
        one["reference"] = info.reference;
        one["ranking"] = info.ranking;
        one["usable"] = info.usable != 0;
        one["serving"] = info.serving != 0;
        found.append(one);
    }
    return found;
}

}  // namespace

void addImplementations(py::module_& m) {
    using namespace py::literals;
    define(m, "implementations", &implementations, "slot"_a,
          "The implementations of a slot (None: of all) as dicts; llmsys.kernels makes Kernels of them.");
    define(m, "select", [](const std::string& slot, const std::string& name) { check(lls_use(slot.c_str(), name.c_str())); }, "slot"_a, "name"_a,
        "lls_use: llmsys.use tells what it does.");
    define(m, "selected",
        [](const std::string& slot, const std::string& algorithm) {
            const char* name = nullptr;
            check(lls_selected(slot.c_str(), algorithm.c_str(), &name));
            return std::string(name);
        },
        "slot"_a, "algorithm"_a, "What was selected for a slot's algorithm: a name, or \"auto\".");
    define(m, "load_plugin",
        [](const py::object& path) {
            std::string file = pathOf(path);
            check(unlocked([&] { return lls_load_plugin(file.c_str()); }));
        },
        "path"_a,
        R"(Loads a shared library with kernels of its own; kernels() lists them from then on, and use() selects one.

It runs code of the library: load what you trust.

Errors: llmsys.Error for a file that is no plug-in, was built for another version, or brings a name that is taken.

Example::

    llmsys.load_plugin("./libmy_plugin.so")
)");
    define(
        m, "unregister", [](const std::string& slot, const std::string& name) { check(lls_unregister(slot.c_str(), name.c_str())); }, "slot"_a,
        "name"_a,
        "Takes a kernel back. Calls that use it finish; the slot's next choice serves.");
}

}  // namespace llmsys::python
