// What only the engine's Rust layer brings: absent when the library was built without cargo. Weak, so that the module loads without it.
#pragma once

#include "bindings/errors.h"

#pragma weak lls_pipeline_defaults
#pragma weak lls_pipeline_open
#pragma weak lls_pipeline_next
#pragma weak lls_pipeline_stats_of
#pragma weak lls_pipeline_close
#pragma weak lls_server_defaults
#pragma weak lls_server_start
#pragma weak lls_server_port
#pragma weak lls_server_stop

namespace llmsys::python {

inline void requireRust(const char* what) {
    if (lls_pipeline_open == nullptr || lls_server_start == nullptr) {
        engineError(LLS_UNSUPPORTED, std::string(what) + " is not in this build", "the library was built without its Rust layer",
                    "install cargo (rustup.rs), then install the package again");
    }
}

}  // namespace llmsys::python
