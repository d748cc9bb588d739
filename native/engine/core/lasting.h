// Objects of the whole library: made at their first use, never destroyed by the end of a process (other threads may still compute then), given back
// by lls_shutdown, so that a library that is loaded again and again (a Java bundle that is updated) leaves nothing behind.
//
//   static Kept* only = lasting(new Kept());
#pragma once

namespace llmsys {

// giveBack(object) is called by lls_shutdown, last made first.
void untilShutdown(void* object, void (*giveBack)(void* object));

template <typename T>
T* lasting(T* object) {
    untilShutdown(object, [](void* last) { delete static_cast<T*>(last); });
    return object;
}

}  // namespace llmsys
