// What the five lls_register_* functions share: the struct that a plug-in fills is checked and copied, its texts included, and its calls are wrapped.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "engine/core/registry.h"
#include "engine/core/workers.h"

namespace llmsys {

// All but the kernel. Throws Error LLS_INVALID for null, a size that is not this header's, a text that is missing or too long.
Implementation checkedRegistration(const char* function, const char* slot, const lls_registration* what);
// The kernel's struct: not null, of this header's size. size: its first field.
void requireKernel(const char* function, const void* kernel, size_t expected);
void requireFunction(const char* function, const char* name, bool there);

// One call of a plug-in: a status that is not LLS_OK becomes an Error with the text that the plug-in gave to lls_fail, on this thread, during the
// call.
class PluginCall {
public:
    explicit PluginCall(const std::string& name);
    void check(lls_status status) const;

private:
    const std::string& name_;
    uint64_t before_;       // of this thread's error text
};

// Workers as a plug-in sees them, for one call. An exception of a body cannot cross the plug-in: it waits for rethrow().
class PluginWorkers {
public:
    explicit PluginWorkers(Workers& workers);
    PluginWorkers(const PluginWorkers&) = delete;
    PluginWorkers& operator=(const PluginWorkers&) = delete;
    const lls_workers* view() const noexcept { return &view_; }
    void rethrow() const;

private:
    static void run(void* self, int64_t chunks, void (*body)(void* argument, int64_t chunk), void* argument) noexcept;

    Workers& workers_;
    std::exception_ptr thrown_;
    lls_workers view_;
};

}  // namespace llmsys
