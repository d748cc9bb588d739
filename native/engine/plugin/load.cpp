// lls_load_plugin: a shared library whose lls_plugin_register(LLS_ABI_VERSION) registers its kernels. It is never unloaded, because calls may run in
// it.
#include <string>

#include "engine/core/surface.h"
#include "engine/plugin/registration.h"

#if !defined(__EMSCRIPTEN__) && !defined(_WIN32)
#include <dlfcn.h>
#define LLMSYS_HAS_LIBRARIES 1
#endif

namespace llmsys {

namespace {

#ifdef LLMSYS_HAS_LIBRARIES

std::string loaderError() {
    const char* text = dlerror();
    return text ? text : "the system does not say why";
}

void load(const std::string& path) {
    // without a separator the system would look in its own folders
    std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw Error(LLS_FILE, "cannot load the plug-in " + path, loaderError(),
                    "give the path of a shared library that was built with this llmsys.h");
    }
    using Register = lls_status (*)(uint32_t);
    Register registerAll = reinterpret_cast<Register>(dlsym(library, "lls_plugin_register"));
    if (registerAll == nullptr) {
        std::string why = loaderError();
        dlclose(library);
        throw Error(LLS_FILE, "cannot load the plug-in " + path, "it has no function lls_plugin_register: " + why,
                    "export lls_status lls_plugin_register(uint32_t abi_version) from it");
    }
    PluginCall call(path);
    call.check(registerAll(LLS_ABI_VERSION));
}

#else

void load(const std::string& path) {
    throw Error(LLS_UNSUPPORTED, "cannot load the plug-in " + path, "this build has no shared libraries",
                "register the kernel from the program itself");
}

#endif

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" lls_status lls_load_plugin(const char* path) {
    return guarded([&] {
        requireNotNull(path, "lls_load_plugin", "path");
        load(path);
    });
}
