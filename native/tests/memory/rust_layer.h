// The functions that only the Rust layer has. They are weak here, so that these tests also link, and say why they are skipped, where it is not built.
#pragma once

#include <gtest/gtest.h>

#include "llmsys.h"

extern "C" {
__attribute__((weak)) void lls_pipeline_defaults(lls_pipeline_options* options);
__attribute__((weak)) lls_status lls_pipeline_open(const lls_pipeline_options* options, lls_handle* pipeline);
__attribute__((weak)) lls_status lls_pipeline_next(lls_handle pipeline, int32_t* inputs, int32_t* targets, int32_t* end);
__attribute__((weak)) lls_status lls_pipeline_stats_of(lls_handle pipeline, lls_pipeline_stats* stats);
__attribute__((weak)) lls_status lls_pipeline_close(lls_handle pipeline);
__attribute__((weak)) void lls_server_defaults(lls_server_options* options);
__attribute__((weak)) lls_status lls_server_start(const lls_server_options* options, lls_handle* server);
__attribute__((weak)) lls_status lls_server_port(lls_handle server, int32_t* port);
__attribute__((weak)) lls_status lls_server_stop(lls_handle server, int64_t milliseconds);
}

#define NEEDS_RUST()                                             \
    if (lls_pipeline_open == nullptr) {                          \
        GTEST_SKIP() << "the Rust layer is not in this build";   \
    }
