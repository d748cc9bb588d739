// A command line that runs on a thread of Java's, seen from Python: read what it prints, ask it to stop, ask how it ended.
#pragma once

#include <string>

#include <jni.h>
#include <pybind11/pybind11.h>

#include "jvm/reference.h"

namespace llmsys::jvm {

class Execution {
public:
    Execution(JNIEnv* env, jobject execution);
    Execution(Execution&&) = default;
    // Nobody reads any more: the command is asked to stop, and what it says is thrown away.
    ~Execution();

    // The next piece of output as (1 for standard output or 2 for standard error, bytes), None when nothing came within so many milliseconds, and
    // (0, b"") when the command has ended. Gives the GIL back meanwhile.
    pybind11::object read(long millis);
    // The exit status. Throws what the command threw.
    int status();
    void cancel();
    void interrupt();

private:
    jmethodID method(JNIEnv* env, const char* name, const char* signature) const;

    Global<jobject> execution;
};

void addExecution(pybind11::module_& m);

}  // namespace llmsys::jvm
