#include "jvm/machine.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>

#include <pybind11/pybind11.h>

#include "bindings/released.h"
#include "jvm/problem.h"

#ifndef JNI_VERSION_21
#define JNI_VERSION_21 0x00150000   // the headers of an older JDK build this too; what is started is another one
#endif

namespace py = pybind11;

namespace llmsys::jvm {

namespace {

std::atomic<JavaVM*> machine{nullptr};
std::atomic<bool> forked{false};
thread_local int looking = 0;

using Create = jint(JNICALL*)(JavaVM**, void**, void*);
using Created = jint(JNICALL*)(JavaVM**, jsize, jsize*);

// Attached as long as the thread lives.
class Attachment {
public:
    JNIEnv* environment() {
        if (env == nullptr) {
            void* found = nullptr;
            if (machine.load()->AttachCurrentThreadAsDaemon(&found, nullptr) != JNI_OK) {
                throw Problem("this thread cannot call Java", "the virtual machine takes no more threads",
                              "end some threads, or close the workbench");
            }
            env = static_cast<JNIEnv*>(found);
        }
        return env;
    }

    ~Attachment() {
        if (env != nullptr && !forked.load()) {
            machine.load()->DetachCurrentThread();
        }
    }

private:
    JNIEnv* env = nullptr;
};

thread_local Attachment attachment;

template <typename Function>
Function symbol(void* library, const char* name, const std::string& path) {
    void* found = dlsym(library, name);
    if (found == nullptr) {
        throw Problem("cannot start Java", path + " has no function " + name, "give JAVA_HOME a JDK 25 that is whole");
    }
    return reinterpret_cast<Function>(found);
}

JavaVM* create(const std::string& path, const std::vector<std::string>& options) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
        throw Problem("cannot start Java", dlerror(), "give JAVA_HOME a JDK 25 for this processor");
    }
    JavaVM* there = nullptr;
    jsize count = 0;
    symbol<Created>(library, "JNI_GetCreatedJavaVMs", path)(&there, 1, &count);
    if (count > 0) {
        throw Problem("cannot start Java", "another package has started a Java virtual machine in this process, and there can be one only",
                      "open the Workbench in a process of its own");
    }
    std::vector<JavaVMOption> given(options.size());
    for (size_t i = 0; i < options.size(); i++) {
        given[i].optionString = const_cast<char*>(options[i].c_str());
        given[i].extraInfo = nullptr;
    }
    JavaVMInitArgs arguments;
    arguments.version = JNI_VERSION_21;
    arguments.nOptions = static_cast<jint>(given.size());
    arguments.options = given.data();
    arguments.ignoreUnrecognized = JNI_FALSE;
    void* env = nullptr;
    jint status = symbol<Create>(library, "JNI_CreateJavaVM", path)(&there, &env, &arguments);
    if (status == JNI_EVERSION) {
        throw Problem("cannot start Java", path + " belongs to an older Java", "give JAVA_HOME a JDK 25 or newer");
    }
    if (status != JNI_OK) {
        throw Problem("cannot start Java",
                      "the virtual machine ended with status " + std::to_string(status) + " (what it said stands on standard error)",
                      "look at JAVA_TOOL_OPTIONS, and at how much memory is free: Workbench(memory=\"1g\")");
    }
    return there;
}

}  // namespace

void startMachine(const std::string& library, const std::vector<std::string>& options) {
    python::Released released;
    machine.store(create(library, options));
    pthread_atfork(nullptr, nullptr, [] { forked.store(true); });
    attachment.environment();                                         // the thread that made it leaves when it ends, as all others do
}

bool machineRuns() { return machine.load() != nullptr; }

JNIEnv* environment() {
    if (forked.load()) {
        throw Problem("Java cannot be called in a forked child", "a fork copies one thread, and Java's were others",
                      "open the Workbench in the child, or start children with multiprocessing's spawn");
    }
    if (looking > 0) {
        throw Problem("a sampler cannot call the workbench", "it looks into an array of Java, and Java cannot be called meanwhile",
                      "let the function only choose; do the rest between two tokens of a stream");
    }
    return attachment.environment();
}

LookingIntoArray::LookingIntoArray() { looking++; }

LookingIntoArray::~LookingIntoArray() { looking--; }

}  // namespace llmsys::jvm
