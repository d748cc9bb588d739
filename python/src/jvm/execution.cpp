#include "jvm/execution.h"

#include "bindings/released.h"
#include "jvm/problem.h"

namespace py = pybind11;

namespace llmsys::jvm {

Execution::Execution(JNIEnv* env, jobject execution) : execution(env, execution) {}

Execution::~Execution() {
    if (execution.get() == nullptr) {
        return;
    }
    try {
        JNIEnv* env = environment();
        env->CallVoidMethod(execution.get(), method(env, "abandon", "()V"));
        env->ExceptionClear();
    } catch (const Problem&) {                                        // a forked child, or a sampler's thread: the workbench stops it when it closes
    }
}

jmethodID Execution::method(JNIEnv* env, const char* name, const char* signature) const {
    Local<jclass> type(env, env->GetObjectClass(execution.get()));
    jmethodID found = env->GetMethodID(type.get(), name, signature);
    check(env);
    return found;
}

py::object Execution::read(long millis) {
    std::string bytes;
    bool came = false;
    {
        python::Released released;
        JNIEnv* env = environment();
        jmethodID read = method(env, "read", "(J)[B");
        Local<jbyteArray> piece(env, static_cast<jbyteArray>(env->CallObjectMethod(execution.get(), read, static_cast<jlong>(millis))));
        check(env);
        if (piece.get() != nullptr) {
            came = true;
            bytes.resize(static_cast<size_t>(env->GetArrayLength(piece.get())));
            env->GetByteArrayRegion(piece.get(), 0, static_cast<jsize>(bytes.size()), reinterpret_cast<jbyte*>(bytes.data()));
        }
    }
    if (!came) {
        return py::none();
    }
    return bytes.empty() ? py::make_tuple(0, py::bytes()) : py::make_tuple(static_cast<int>(bytes[0]), py::bytes(bytes.data() + 1, bytes.size() - 1));
}

int Execution::status() {
    JNIEnv* env = environment();
    jint status = env->CallIntMethod(execution.get(), method(env, "status", "()I"));
    check(env);
    return status;
}

void Execution::cancel() {
    JNIEnv* env = environment();
    env->CallVoidMethod(execution.get(), method(env, "cancel", "()V"));
    check(env);
}

void Execution::interrupt() {
    JNIEnv* env = environment();
    env->CallVoidMethod(execution.get(), method(env, "interrupt", "()V"));
    check(env);
}

void addExecution(py::module_& m) {
    using Unlocked = py::call_guard<python::Released>;
    py::class_<Execution>(m, "Execution", "A command line that runs on a thread of Java's.")
        .def("read", &Execution::read, py::arg("millis"), "(kind, bytes), None when nothing came in time, (0, b'') when it has ended.")
        .def("status", &Execution::status, Unlocked(), "The exit status; raises what the command threw.")
        .def("cancel", &Execution::cancel, Unlocked(), "Asks it to stop, as Ctrl-C does.")
        .def("interrupt", &Execution::interrupt, Unlocked(), "Ends a wait inside it.");
}

}  // namespace llmsys::jvm
