// What the functions of the bridge share: arrays of the Java heap for the length of a call, and statuses as Java exceptions.
//
// A float operand comes as an array and a number. With an array, the number is the index of its first element; with null, it is an address outside
// the
// heap. Java has checked types, shapes and bounds.
#pragma once

#include <jni.h>

#include <cstdint>
#include <initializer_list>

#include "llmsys.h"

namespace llmsys::bridge {

// Names come as addresses of texts that Java keeps outside its heap: no string is converted in a call. 0 is none.
inline const char* text(jlong address) { return reinterpret_cast<const char*>(address); }

// Raises org.llmsys.assembly.Problem with the last error of this thread; nothing for LLS_OK, nor when something is pending.
void raise(JNIEnv* env, lls_status status);

// Java's texts are UTF-16; bytes that are no UTF-8 become the replacement character.
jstring toJava(JNIEnv* env, const char* utf8);

// The arrays of one call, held where they are: the collector may not move them meanwhile, so a long product can make it wait. Each array is held
// once,
// however many operands lie in it, because a checking virtual machine gives out copies. Between holding and release no function of Java is called.
class Arrays {
public:
    static constexpr int MOST = 12;

    // read: only read; written: read and written. null entries are operands outside the heap.
    Arrays(JNIEnv* env, std::initializer_list<jarray> read, std::initializer_list<jarray> written);
    ~Arrays() { release(); }
    Arrays(const Arrays&) = delete;
    Arrays& operator=(const Arrays&) = delete;

    // False when the virtual machine could not give one out; then all are released and LLS_OUT_OF_MEMORY is the last error.
    bool held() const noexcept { return held_; }

    float* floats(jarray array, jlong at) const noexcept { return place<float>(array, at); }
    int32_t* ints(jarray array, jlong at) const noexcept { return place<int32_t>(array, at); }

    // Gives the arrays back and raises what the call came to.
    void finish(lls_status status);

private:
    struct Entry {
        jarray array;
        void* data;
        bool written;
    };

    template <typename T>
    T* place(jarray array, jlong at) const noexcept {
        return array == nullptr ? reinterpret_cast<T*>(at) : static_cast<T*>(find(array)) + at;
    }
    void add(jarray array, bool written);
    void* find(jarray array) const noexcept;
    void release() noexcept;

    JNIEnv* env_;
    Entry entries_[MOST];
    jarray operands_[MOST];
    int entryOf_[MOST];
    int entries = 0;
    int operands = 0;
    bool held_ = true;
};

// Floats that a call needs for a while.
class Scratch {
public:
    explicit Scratch(int64_t floats) {
        int64_t bytes = 0;
        status_ = __builtin_mul_overflow(floats, static_cast<int64_t>(sizeof(float)), &bytes)
                      ? lls_fail(LLS_INVALID, "a size is too large", "it cannot be addressed", "pass sizes that fit memory")
                      : lls_allocate(bytes, "bindings", &memory_);
    }
    ~Scratch() { lls_free(memory_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    lls_status status() const noexcept { return status_; }
    float* data() const noexcept { return static_cast<float*>(memory_); }

private:
    void* memory_ = nullptr;
    lls_status status_;
};

}  // namespace llmsys::bridge
