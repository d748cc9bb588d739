// llmsys._jvm: a Java virtual machine in this process, and the workbench inside it. The package llmsys.workbench is built on it.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/released.h"
#include "jvm/door.h"
#include "jvm/execution.h"
#include "jvm/machine.h"
#include "jvm/problem.h"
#include "jvm/sampler.h"

namespace py = pybind11;

PYBIND11_MODULE(_jvm, m) {
    using namespace llmsys;
    using namespace llmsys::jvm;
    m.doc() = "A Java virtual machine in this process, and the workbench inside it. Use llmsys.Workbench, which is built on it.";
    python::Released::watch();
    addProblem(m);
    m.def("start", &startMachine, py::arg("library"), py::arg("options"), "Starts the machine; once a process.");
    m.def("runs", &machineRuns, "Whether the machine has been started.");
    addExecution(m);
    addLogits(m);
    addDoor(m);
}
