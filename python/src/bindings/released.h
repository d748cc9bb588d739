// Gives Python's lock back for a block, as pybind11's gil_scoped_release does, but for threads that outlive Python: while the interpreter ends, one
// that asks for the lock is ended by CPython in the middle of C++ (until 3.14, where it waits), which C++ answers with std::terminate. It waits here.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include <pybind11/pybind11.h>

namespace llmsys::python {

class Released {
public:
    Released() : thread_(PyEval_SaveThread()) {}
    ~Released() {
        Return back;
        PyEval_RestoreThread(thread_);
    }
    Released(const Released&) = delete;
    Released& operator=(const Released&) = delete;

    // While a thread asks for the lock. One that comes when Python ends never gets beyond it.
    class Return {
    public:
        Return() {
            returning()++;
            if (over()) {
                returning()--;
                holdForEver();
            }
        }
        ~Return() { returning()--; }
        Return(const Return&) = delete;
    };

    // Once, when a module is made: lets this module know when the interpreter begins to end. Who asks for the lock at that moment still gets it.
    static void watch() {
        pybind11::module_::import("atexit").attr("register")(pybind11::cpp_function([] {
            ender() = std::this_thread::get_id();
            ending() = true;
            for (int i = 0; i < 1000 && returning() > 0; i++) {
                PyThreadState* here = PyEval_SaveThread();
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                PyEval_RestoreThread(here);
            }
        }));
    }

    // Whether the interpreter ends or has ended, and this is not the thread that ends it.
    static bool over() { return ending() && std::this_thread::get_id() != ender(); }
    // Daemon threads end with the process.
    [[noreturn]] static void holdForEver() {
        for (;;) {
            std::this_thread::sleep_for(std::chrono::hours(1));
        }
    }

private:
    static std::atomic<int>& returning() {
        static std::atomic<int> count{0};
        return count;
    }
    static std::atomic<bool>& ending() {
        static std::atomic<bool> flag{false};
        return flag;
    }
    static std::thread::id& ender() {
        static std::thread::id id;
        return id;
    }

    PyThreadState* thread_;
};

}  // namespace llmsys::python
