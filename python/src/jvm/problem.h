// What goes wrong between Python and Java: an error with three parts, thrown in C++ and raised as llmsys.Error in Python.
#pragma once

#include <stdexcept>
#include <string>

#include <jni.h>
#include <pybind11/pybind11.h>

namespace llmsys::jvm {

class Problem : public std::runtime_error {
public:
    Problem(const std::string& what, const std::string& why, const std::string& fix, const std::string& type = "", const std::string& trace = "");

    // Raises it in Python; called with the GIL.
    void raise() const;

private:
    std::string error;
    std::string why;
    std::string fix;
    std::string type;     // the Java class, where it came from Java
    std::string trace;    // its stack trace there
};

// Makes pybind11 raise llmsys.Error for a Problem.
void addProblem(pybind11::module_& m);

// Throws the exception that Java has pending, if there is one, as a Problem. Called without the GIL.
void check(JNIEnv* env);

// The class whose static method String[] explain(Throwable) knows the three parts of an exception; before that its text is all there is.
void explainWith(JNIEnv* env, jclass type);

}  // namespace llmsys::jvm
