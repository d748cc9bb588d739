// Gives Python's lock back for a block, as pybind11's gil_scoped_release does, but for threads that outlive Python: while the interpreter ends, one that
// asks for the lock is ended by CPython in the middle of C++ (until 3.14, where it waits), which C++ answers with std::terminate. It waits here.
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
        while (ending() && std::this_thread::get_id() != ender()) {
            std::this_thread::sleep_for(std::chrono::hours(1));          // daemon threads end with the process
        }
        PyEval_RestoreThread(thread_);
    }
    Released(const Released&) = delete;
    Released& operator=(const Released&) = delete;

    // Once, when a module is made: lets this module know when the interpreter begins to end.
    static void watch() {
        pybind11::module_::import("atexit").attr("register")(pybind11::cpp_function([] {
            ender() = std::this_thread::get_id();
            ending() = true;
        }));
    }

private:
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
