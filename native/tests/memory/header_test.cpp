// The header that cbindgen makes of the Rust crate agrees with llmsys.h: each function has the same type in both, each struct the same layout.
#include <gtest/gtest.h>

#include <cstddef>
#include <type_traits>

#include "llmsys.h"

namespace rust {
#include "memory/include/llmsys_memory.h"
}

namespace {

// A lls_status is an int, handles are numbers, and the structs are the same ones under other names.
template <typename T>
struct Plain {
    using type = T;
};
template <>
struct Plain<lls_status> {
    using type = int;
};
#define SAME_STRUCT(C, R)        \
    template <>                  \
    struct Plain<C> {            \
        using type = rust::R;    \
    };
SAME_STRUCT(lls_memory_stats, MemoryStats)
SAME_STRUCT(lls_pipeline_options, PipelineOptions)
SAME_STRUCT(lls_pipeline_stats, PipelineStats)
SAME_STRUCT(lls_server_options, ServerOptions)
template <typename T>
struct Plain<T*> {
    using type = typename Plain<T>::type*;
};
template <typename T>
struct Plain<const T> {
    using type = const typename Plain<T>::type;
};
template <typename R, typename... A>
struct Plain<R (*)(A...)> {
    using type = typename Plain<R>::type (*)(typename Plain<A>::type...);
};

#define SAME(NAME) static_assert(std::is_same_v<Plain<decltype(&::NAME)>::type, decltype(&rust::NAME)>, #NAME)
SAME(lls_allocate);
SAME(lls_free);
SAME(lls_memory_total);
SAME(lls_memory_owners);
SAME(lls_memory_owner);
SAME(lls_memory_reserve);
SAME(lls_memory_release);
SAME(lls_memory_limit);
SAME(lls_memory_fail_at);
SAME(lls_arena_open);
SAME(lls_arena_allocate);
SAME(lls_arena_reset);
SAME(lls_arena_used);
SAME(lls_arena_close);
SAME(lls_pipeline_defaults);
SAME(lls_pipeline_open);
SAME(lls_pipeline_next);
SAME(lls_pipeline_stats_of);
SAME(lls_pipeline_close);
SAME(lls_server_defaults);
SAME(lls_server_start);
SAME(lls_server_port);
SAME(lls_server_stop);

#define FIELD(C, R, NAME)                                                  \
    static_assert(offsetof(C, NAME) == offsetof(rust::R, NAME), #NAME);    \
    static_assert(sizeof(C::NAME) == sizeof(rust::R::NAME), #NAME)
FIELD(lls_memory_stats, MemoryStats, live_bytes);
FIELD(lls_memory_stats, MemoryStats, peak_bytes);
FIELD(lls_memory_stats, MemoryStats, allocations);
FIELD(lls_memory_stats, MemoryStats, frees);
FIELD(lls_memory_stats, MemoryStats, limit_bytes);
FIELD(lls_pipeline_options, PipelineOptions, size);
FIELD(lls_pipeline_options, PipelineOptions, paths);
FIELD(lls_pipeline_options, PipelineOptions, path_count);
FIELD(lls_pipeline_options, PipelineOptions, kind);
FIELD(lls_pipeline_options, PipelineOptions, tokenizer);
FIELD(lls_pipeline_options, PipelineOptions, batch);
FIELD(lls_pipeline_options, PipelineOptions, context_length);
FIELD(lls_pipeline_options, PipelineOptions, threads);
FIELD(lls_pipeline_options, PipelineOptions, prefetch);
FIELD(lls_pipeline_options, PipelineOptions, seed);
FIELD(lls_pipeline_options, PipelineOptions, epochs);
FIELD(lls_pipeline_stats, PipelineStats, tokens);
FIELD(lls_pipeline_stats, PipelineStats, batches);
FIELD(lls_pipeline_stats, PipelineStats, epoch);
FIELD(lls_pipeline_stats, PipelineStats, waiting);
FIELD(lls_pipeline_stats, PipelineStats, waiting_bytes);
FIELD(lls_pipeline_stats, PipelineStats, reader_stalls);
FIELD(lls_pipeline_stats, PipelineStats, consumer_stalls);
FIELD(lls_server_options, ServerOptions, size);
FIELD(lls_server_options, ServerOptions, model);
FIELD(lls_server_options, ServerOptions, tokenizer);
FIELD(lls_server_options, ServerOptions, model_name);
FIELD(lls_server_options, ServerOptions, host);
FIELD(lls_server_options, ServerOptions, port);
FIELD(lls_server_options, ServerOptions, token);
FIELD(lls_server_options, ServerOptions, max_sessions);
FIELD(lls_server_options, ServerOptions, max_waiting);
FIELD(lls_server_options, ServerOptions, max_tokens);
static_assert(sizeof(lls_memory_stats) == sizeof(rust::MemoryStats));
static_assert(sizeof(lls_pipeline_options) == sizeof(rust::PipelineOptions));
static_assert(sizeof(lls_pipeline_stats) == sizeof(rust::PipelineStats));
static_assert(sizeof(lls_server_options) == sizeof(rust::ServerOptions));

}  // namespace

TEST(MemoryHeader, AgreesWithTheSurface) { SUCCEED() << "what is above was checked by the compiler"; }
