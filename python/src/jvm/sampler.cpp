#include "jvm/sampler.h"

#include <string>
#include <unordered_map>

#include "bindings/acquired.h"
#include "jvm/machine.h"
#include "jvm/problem.h"
#include "jvm/text.h"

namespace py = pybind11;

namespace llmsys::jvm {

namespace {

// An array of Java's heap while somebody looks into it. Whatever views it (an array of numpy, a memoryview) holds a reference to this object.
struct Logits {
    const float* values;
    py::ssize_t size;
};

// Touched with the GIL only. Never destroyed: Java's threads may come as long as the process lives.
std::unordered_map<jlong, py::object>& functions() {
    static auto* all = new std::unordered_map<jlong, py::object>();
    return *all;
}

struct Answer {
    jint id = -1;
    std::string why;
};

// The collector goes on meanwhile and leaves the array where it is (G1 pins its region). An array that somebody still views stays pinned for ever: a
// leak is better than a view of memory that is not there any more, and the sampler is told.
Answer ask(JNIEnv* env, jlong number, jfloatArray logits, double draw) {
    python::Acquired gil;
    auto found = functions().find(number);
    if (found == functions().end()) {
        return {-1, "its function is not there any more"};
    }
    py::object function = found->second;
    py::ssize_t size = env->GetArrayLength(logits);
    LookingIntoArray looking;
    void* values = env->GetPrimitiveArrayCritical(logits, nullptr);
    if (values == nullptr) {
        return {-1, "Java has no memory to show the logits"};
    }
    Answer answer;
    bool kept = false;
    {
        py::object memory = py::cast(Logits{static_cast<const float*>(values), size});
        try {
            py::tuple told = function(memory, draw);
            answer = {told[0].cast<jint>(), told[1].cast<std::string>()};
        } catch (py::error_already_set& raised) {
            answer = {-1, raised.what()};
        }
        kept = Py_REFCNT(memory.ptr()) > 1;
        if (kept) {
            memory.inc_ref();                                         // and with it the object that says where the array lies
        }
    }
    if (kept) {
        return {-1, "it kept the logits, which lie in Java's memory, after it had returned; keep logits.copy()"};
    }
    env->ReleasePrimitiveArrayCritical(logits, values, JNI_ABORT);
    return answer;
}

void throwInJava(JNIEnv* env, const std::string& why) {
    Local<jclass> type(env, env->FindClass("java/lang/IllegalStateException"));
    jmethodID make = type.get() == nullptr ? nullptr : env->GetMethodID(type.get(), "<init>", "(Ljava/lang/String;)V");
    if (make == nullptr) {
        return;                                                       // whatever is pending then says enough
    }
    try {
        Local<jstring> text = toJava(env, why);
        Local<jthrowable> thrown(env, static_cast<jthrowable>(env->NewObject(type.get(), make, text.get())));
        if (thrown.get() != nullptr) {
            env->Throw(thrown.get());
        }
    } catch (const Problem&) {
        env->ThrowNew(type.get(), "the sampler failed, and there is no memory to say why");
    }
}

jint JNICALL call(JNIEnv* env, jclass, jlong number, jfloatArray logits, jdouble draw) {
    Answer answer{-1, "Python is not there any more"};
    if (Py_IsInitialized() && !python::Released::over()) {
        try {
            answer = ask(env, number, logits, draw);
        } catch (const std::exception& other) {
            answer = {-1, other.what()};
        }
    }
    if (answer.id < 0) {
        throwInJava(env, answer.why);
    }
    return answer.id;
}

}  // namespace

jlong keepFunction(py::object function) {
    static jlong last = 0;
    functions().emplace(++last, std::move(function));
    return last;
}

void forgetFunction(jlong number) { functions().erase(number); }

void registerCall(JNIEnv* env, jclass samplers) {
    JNINativeMethod method{const_cast<char*>("call"), const_cast<char*>("(J[FD)I"), reinterpret_cast<void*>(&call)};
    env->RegisterNatives(samplers, &method, 1);
    check(env);
}

void addLogits(py::module_& m) {
    py::class_<Logits>(m, "Logits", py::buffer_protocol(), "Where the logits of one choice lie in Java's memory; float32 (V), read only.")
        .def_buffer([](Logits& logits) -> py::buffer_info {
            return py::buffer_info(const_cast<float*>(logits.values), sizeof(float), py::format_descriptor<float>::format(), 1, {logits.size},
                                   {static_cast<py::ssize_t>(sizeof(float))}, true);
        });
}

}  // namespace llmsys::jvm
