#include "jvm/door.h"

#include <pybind11/stl.h>

#include "bindings/released.h"
#include "jvm/operand.h"
#include "jvm/problem.h"
#include "jvm/sampler.h"
#include "jvm/text.h"

namespace py = pybind11;

namespace llmsys::jvm {

namespace {

jmethodID methodOf(JNIEnv* env, jobject object, const char* name, const char* signature) {
    Local<jclass> type(env, env->GetObjectClass(object));
    jmethodID found = env->GetMethodID(type.get(), name, signature);
    check(env);
    return found;
}

}  // namespace

std::unique_ptr<Door> Door::open(const std::string& run, const std::string& home, const std::string& root, const std::string& flags) {
    JNIEnv* env = environment();
    Local<jclass> type(env, env->FindClass("org/llmsys/launcher/InProcess"));
    check(env);
    explainWith(env, type.get());
    constexpr const char* STRINGS = "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Lorg/llmsys/launcher/InProcess;";
    jmethodID open = env->GetStaticMethodID(type.get(), "open", STRINGS);
    check(env);
    Local<jstring> runText = toJava(env, run), homeText = toJava(env, home), rootText = toJava(env, root), flagsText = toJava(env, flags);
    Local<jobject> workbench(env, env->CallStaticObjectMethod(type.get(), open, runText.get(), homeText.get(), rootText.get(), flagsText.get()));
    check(env);
    jmethodID doorNamed = methodOf(env, workbench.get(), "door", "(Ljava/lang/String;)Ljava/lang/Object;");
    Local<jobject> door(env, env->CallObjectMethod(workbench.get(), doorNamed, toJava(env, "python").get()));
    check(env);
    jmethodID samplerClass = methodOf(env, door.get(), "samplerClass", "()Ljava/lang/Class;");
    Local<jclass> samplers(env, static_cast<jclass>(env->CallObjectMethod(door.get(), samplerClass)));
    check(env);
    registerCall(env, samplers.get());
    return std::unique_ptr<Door>(new Door(Global<jobject>(env, workbench.get()), Global<jobject>(env, door.get())));
}

Door::Door(Global<jobject> workbench, Global<jobject> door) : workbench(std::move(workbench)), door(std::move(door)) {
    product = method(environment(), "matmul", "(I[J)V");
}

jmethodID Door::method(JNIEnv* env, const char* name, const char* signature) const {
    requireOpen();
    return methodOf(env, door.get(), name, signature);
}

void Door::requireOpen() const {
    if (closed.load()) {
        throw Problem("the workbench is closed", "close() was called, or its with block has ended", "open another Workbench");
    }
}

Execution Door::start(const std::vector<std::string>& words) {
    JNIEnv* env = environment();
    jmethodID start = method(env, "start", "([Ljava/lang/String;)Lorg/llmsys/python/internal/Execution;");
    Local<jobject> execution(env, env->CallObjectMethod(door.get(), start, toJava(env, words).get()));
    check(env);
    return Execution(env, execution.get());
}

void Door::matmul(py::buffer a, py::buffer b, py::buffer c) {
    Operand left(a, false), right(b, false), product(c, true);
    if (left.rank() < 2 || left.rank() != right.rank() || left.rank() != product.rank()) {
        throw py::value_error("matmul: the arrays have " + std::to_string(left.rank()) + ", " + std::to_string(right.rank()) + " and " +
                              std::to_string(product.rank()) + " axes; it takes one number of axes, 2 or more");
    }
    std::vector<jlong> described;
    for (const Operand* operand : {&left, &right, &product}) {
        operand->describe(described);
    }
    python::Released released;
    JNIEnv* env = environment();
    requireOpen();
    Local<jlongArray> numbers(env, env->NewLongArray(static_cast<jsize>(described.size())));
    check(env);
    env->SetLongArrayRegion(numbers.get(), 0, static_cast<jsize>(described.size()), described.data());
    env->CallVoidMethod(door.get(), this->product, static_cast<jint>(left.rank()), numbers.get());
    check(env);
}

void Door::registerSampler(const std::string& name, const std::string& summary, py::object function) {
    jlong number = keepFunction(std::move(function));
    try {
        python::Released released;
        JNIEnv* env = environment();
        jmethodID offer = method(env, "registerSampler", "(Ljava/lang/String;Ljava/lang/String;J)V");
        Local<jstring> nameText = toJava(env, name), summaryText = toJava(env, summary);
        env->CallVoidMethod(door.get(), offer, nameText.get(), summaryText.get(), number);
        check(env);
    } catch (const Problem&) {
        forgetFunction(number);
        throw;
    }
    samplers[name] = number;
}

void Door::unregisterSampler(const std::string& name) {
    auto found = samplers.find(name);
    if (found == samplers.end()) {
        return;
    }
    {
        python::Released released;
        JNIEnv* env = environment();
        jmethodID withdraw = method(env, "unregisterSampler", "(Ljava/lang/String;)V");
        Local<jstring> text = toJava(env, name);
        env->CallVoidMethod(door.get(), withdraw, text.get());
        check(env);
    }
    forgetFunction(found->second);
    samplers.erase(found);
}

std::vector<std::string> Door::install(const std::string& jar) {
    JNIEnv* env = environment();
    jmethodID install = method(env, "install", "(Ljava/lang/String;)[Ljava/lang/String;");
    Local<jstring> text = toJava(env, jar);
    Local<jobjectArray> told(env, static_cast<jobjectArray>(env->CallObjectMethod(door.get(), install, text.get())));
    check(env);
    return fromJava(env, told.get());
}

void Door::uninstall(const std::string& name) {
    JNIEnv* env = environment();
    jmethodID uninstall = method(env, "uninstall", "(Ljava/lang/String;)V");
    Local<jstring> text = toJava(env, name);
    env->CallVoidMethod(door.get(), uninstall, text.get());
    check(env);
}

void Door::close() {
    if (closed.exchange(true)) {
        return;
    }
    {
        python::Released released;
        JNIEnv* env = environment();
        env->CallVoidMethod(workbench.get(), methodOf(env, workbench.get(), "close", "()V"));
        check(env);
    }
    for (const auto& sampler : samplers) {
        forgetFunction(sampler.second);
    }
    samplers.clear();
}

void addDoor(py::module_& m) {
    using Unlocked = py::call_guard<python::Released>;
    py::class_<Door>(m, "Door", "The workbench's door for Python.")
        .def_static("open", &Door::open, Unlocked(), py::arg("run"), py::arg("home"), py::arg("root"), py::arg("flags"))
        .def("start", &Door::start, Unlocked(), py::arg("words"))
        .def("matmul", &Door::matmul, py::arg("a"), py::arg("b"), py::arg("c"))
        .def("register_sampler", &Door::registerSampler, py::arg("name"), py::arg("summary"), py::arg("function"))
        .def("unregister_sampler", &Door::unregisterSampler, py::arg("name"))
        .def("install", &Door::install, Unlocked(), py::arg("jar"))
        .def("uninstall", &Door::uninstall, Unlocked(), py::arg("name"))
        .def("close", &Door::close);
}

}  // namespace llmsys::jvm
