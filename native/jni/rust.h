// What only the Rust layer brings: absent when the library was built without cargo. Weak, so that the library links without it.
#pragma once

#include "llmsys.h"

#pragma weak lls_pipeline_defaults
#pragma weak lls_pipeline_open
#pragma weak lls_pipeline_next
#pragma weak lls_pipeline_stats_of
#pragma weak lls_pipeline_close
#pragma weak lls_server_defaults
#pragma weak lls_server_start
#pragma weak lls_server_port
#pragma weak lls_server_stop

namespace llmsys::bridge {

inline bool hasRust() { return lls_pipeline_open != nullptr && lls_server_start != nullptr; }

// Whether there is a Rust layer; sets the last error when there is none.
inline lls_status requireRust(const char* what) {
    return hasRust() ? LLS_OK
                     : lls_fail(LLS_UNSUPPORTED, what, "this native library was built without its Rust layer",
                         "install cargo, then run ./llmsys build native");
}

}  // namespace llmsys::bridge
