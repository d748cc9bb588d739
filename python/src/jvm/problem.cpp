#include "jvm/problem.h"

#include "jvm/reference.h"
#include "jvm/text.h"

namespace py = pybind11;

namespace llmsys::jvm {

namespace {

Global<jclass>* explainer = nullptr;   // never given back: it is needed to the end
jmethodID explain = nullptr;

std::string element(JNIEnv* env, jobjectArray texts, jsize index) {
    Local<jstring> text(env, static_cast<jstring>(env->GetObjectArrayElement(texts, index)));
    return text.get() == nullptr ? "" : fromJava(env, text.get());
}

// Before the workbench's own class is known: what the exception says of itself.
std::string plainText(JNIEnv* env, jthrowable thrown) {
    Local<jclass> type(env, env->GetObjectClass(thrown));
    jmethodID toString = env->GetMethodID(type.get(), "toString", "()Ljava/lang/String;");
    Local<jstring> text(env, static_cast<jstring>(env->CallObjectMethod(thrown, toString)));
    if (env->ExceptionCheck() || text.get() == nullptr) {
        env->ExceptionClear();
        return "an exception without a text";
    }
    return fromJava(env, text.get());
}

}  // namespace

Problem::Problem(const std::string& what, const std::string& why, const std::string& fix, const std::string& type, const std::string& trace)
    : std::runtime_error(what), error(what), why(why), fix(fix), type(type), trace(trace) {}

void Problem::raise() const {
    py::object failed = py::module_::import("llmsys.workbench.problem").attr("java_error");
    py::object raised = failed(py::str(error), py::str(why), py::str(fix), py::str(type), py::str(trace));
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised.ptr())), raised.ptr());
}

void addProblem(py::module_&) {
    py::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const Problem& problem) {
            problem.raise();
        }
    });
}

void check(JNIEnv* env) {
    if (!env->ExceptionCheck()) {
        return;
    }
    Local<jthrowable> thrown(env, env->ExceptionOccurred());
    env->ExceptionClear();
    if (explain == nullptr) {
        throw Problem("the workbench does not start", plainText(env, thrown.get()), "remove the folder .llmsys and try again");
    }
    Local<jobjectArray> parts(env, static_cast<jobjectArray>(env->CallStaticObjectMethod(explainer->get(), explain, thrown.get())));
    if (env->ExceptionCheck() || parts.get() == nullptr) {
        env->ExceptionClear();
        throw Problem("the workbench failed", plainText(env, thrown.get()), "this is a mistake of ours or of a plug-in");
    }
    jobjectArray p = parts.get();
    throw Problem(element(env, p, 0), element(env, p, 1), element(env, p, 2), element(env, p, 3), element(env, p, 4));
}

void explainWith(JNIEnv* env, jclass type) {
    if (explain != nullptr) {
        return;
    }
    jmethodID found = env->GetStaticMethodID(type, "explain", "(Ljava/lang/Throwable;)[Ljava/lang/String;");
    check(env);
    explainer = new Global<jclass>(env, type);
    explain = found;
}

}  // namespace llmsys::jvm
