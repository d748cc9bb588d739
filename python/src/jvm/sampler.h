// Samplers that are Python functions: Java asks, the function sees the logits where they lie in Java's heap.
#pragma once

#include <jni.h>
#include <pybind11/pybind11.h>

namespace llmsys::jvm {

// Gives a function a number. function(memory, draw) -> (id, why): id -1 with the reason when it failed. Called with the GIL.
jlong keepFunction(pybind11::object function);
void forgetFunction(jlong number);

// Makes a class's static method int call(long, float[], double) end in these functions. Called without the GIL.
void registerCall(JNIEnv* env, jclass samplers);

void addLogits(pybind11::module_& m);

}  // namespace llmsys::jvm
