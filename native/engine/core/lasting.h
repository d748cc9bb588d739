// Objects of the whole library: made at their first use, never destroyed by the end of a process (other threads may still compute then), given back
// by lls_shutdown, so that a library that is loaded again and again (a Java bundle that is updated) leaves nothing behind. Whoever asks after that
// gets a new one: a system may keep a library that was closed, and give the same one to who opens it next.
//
//   static Lasting<Kept> only;
//   return only.get([] { return new Kept(); });
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

namespace llmsys {

// giveBack(object) is called by lls_shutdown, last made first.
void untilShutdown(void* object, void (*giveBack)(void* object));

template <typename T>
class Lasting {
public:
    // make: gives a new T. Called once, until lls_shutdown gives it back.
    template <typename F>
    T& get(F make) {
        T* here = object_.load(std::memory_order_acquire);
        if (here == nullptr) {
            std::lock_guard<std::mutex> lock(mutex_);
            here = object_.load(std::memory_order_relaxed);
            if (here == nullptr) {
                here = make();
                try {
                    untilShutdown(this, [](void* self) { static_cast<Lasting*>(self)->giveBack(); });
                } catch (...) {
                    delete here;
                    throw;
                }
                object_.store(here, std::memory_order_release);
            }
        }
        return *here;
    }

private:
    void giveBack() { delete object_.exchange(nullptr); }

    std::mutex mutex_;                        // neither has a destructor that runs at the end of the process
    std::atomic<T*> object_{nullptr};
};

}  // namespace llmsys
