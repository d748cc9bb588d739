// References to Java's objects that give themselves back.
#pragma once

#include <utility>

#include <jni.h>

#include "jvm/machine.h"

namespace llmsys::jvm {

// Good within one call from Python, on one thread.
template <typename T>
class Local {
public:
    Local(JNIEnv* env, T object) : env(env), object(object) {}
    Local(Local&& other) noexcept : env(other.env), object(std::exchange(other.object, nullptr)) {}
    ~Local() {
        if (object != nullptr) {
            env->DeleteLocalRef(object);
        }
    }
    Local(const Local&) = delete;
    Local& operator=(const Local&) = delete;
    Local& operator=(Local&&) = delete;

    T get() const { return object; }

private:
    JNIEnv* env;
    T object;
};

// Good on any thread until it is destroyed.
template <typename T>
class Global {
public:
    Global() = default;
    Global(JNIEnv* env, T local) : object(static_cast<T>(env->NewGlobalRef(local))) {}
    Global(Global&& other) noexcept : object(std::exchange(other.object, nullptr)) {}
    Global& operator=(Global&& other) noexcept {
        std::swap(object, other.object);
        return *this;
    }
    Global(const Global&) = delete;
    Global& operator=(const Global&) = delete;
    // What this thread may not do now is not done: such a reference is left to the machine.
    ~Global() {
        try {
            if (object != nullptr) {
                environment()->DeleteGlobalRef(object);
            }
        } catch (...) {
        }
    }

    T get() const { return object; }

private:
    T object = nullptr;
};

}  // namespace llmsys::jvm
