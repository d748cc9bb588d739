// The workbench's door for Python: org.llmsys.python's PythonDoor, behind org.llmsys.launcher's InProcess.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <jni.h>
#include <pybind11/pybind11.h>

#include "jvm/execution.h"
#include "jvm/reference.h"

namespace llmsys::jvm {

class Door {
public:
    // Starts a framework in the machine that runs.
    static std::unique_ptr<Door> open(const std::string& run, const std::string& home, const std::string& root, const std::string& flags);

    Execution start(const std::vector<std::string>& words);

    // c = a·b over the arrays' own memory: float32, one rank from 2 on, any strides, leading extents alike, c writable and apart from a and b.
    // Gives the GIL back meanwhile, and holds the arrays.
    void matmul(pybind11::buffer a, pybind11::buffer b, pybind11::buffer c);

    // function(memory, draw) -> (id, why)
    void registerSampler(const std::string& name, const std::string& summary, pybind11::object function);
    // Returns when no step uses it any more.
    void unregisterSampler(const std::string& name);

    std::vector<std::string> install(const std::string& jar);
    void uninstall(const std::string& name);

    // Stops the framework. The machine stays, and so do Java's objects behind this one: another thread may be in a call.
    void close();

private:
    Door(Global<jobject> workbench, Global<jobject> door);
    void requireOpen() const;
    jmethodID method(JNIEnv* env, const char* name, const char* signature) const;

    Global<jobject> workbench;
    Global<jobject> door;
    jmethodID product;
    std::atomic<bool> closed{false};
    std::unordered_map<std::string, jlong> samplers;
};

void addDoor(pybind11::module_& m);

}  // namespace llmsys::jvm
