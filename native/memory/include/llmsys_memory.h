/* llmsys_memory.h: what the Rust crate exports, as cbindgen writes it (see ../README.md). llmsys.h is the surface that callers include;
 * native/tests/memory/header_test.cpp holds the two together. */

#ifndef LLMSYS_MEMORY_H
#define LLMSYS_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef int32_t Status;

typedef struct MemoryStats {
  int64_t live_bytes;
  int64_t peak_bytes;
  int64_t allocations;
  int64_t frees;
  int64_t limit_bytes;
} MemoryStats;

typedef struct PipelineOptions {
  uint32_t size;
  const char *const *paths;
  int32_t path_count;
  const char *kind;
  uint64_t tokenizer;
  int32_t batch;
  int32_t context_length;
  int32_t threads;
  int32_t prefetch;
  uint64_t seed;
  int64_t epochs;
} PipelineOptions;

typedef struct PipelineStats {
  int64_t tokens;
  int64_t batches;
  int64_t epoch;
  int64_t waiting;
  int64_t waiting_bytes;
  int64_t reader_stalls;
  int64_t consumer_stalls;
} PipelineStats;

typedef struct ServerOptions {
  uint32_t size;
  uint64_t model;
  uint64_t tokenizer;
  const char *model_name;
  const char *host;
  int32_t port;
  const char *token;
  int32_t max_sessions;
  int32_t max_waiting;
  int32_t max_tokens;
} ServerOptions;

Status lls_allocate(int64_t bytes, const char *owner, void **memory_out);

Status lls_free(void *memory_in);

Status lls_memory_total(struct MemoryStats *stats);

Status lls_memory_owners(int32_t *count);

Status lls_memory_owner(int32_t index, char *owner, int32_t capacity, struct MemoryStats *stats);

Status lls_memory_reserve(int64_t bytes, const char *owner);

Status lls_memory_release(int64_t bytes, const char *owner);

Status lls_memory_limit(int64_t bytes);

Status lls_memory_fail_at(int64_t n);

Status lls_arena_open(int64_t bytes, const char *owner, uint64_t *arena);

Status lls_arena_allocate(uint64_t arena, int64_t bytes, void **memory_out);

Status lls_arena_reset(uint64_t arena);

Status lls_arena_used(uint64_t arena, int64_t *used, int64_t *capacity);

Status lls_arena_close(uint64_t arena);

void lls_pipeline_defaults(struct PipelineOptions *options);

Status lls_pipeline_open(const struct PipelineOptions *options, uint64_t *pipeline);

Status lls_pipeline_next(uint64_t pipeline, int32_t *inputs, int32_t *targets, int32_t *end);

Status lls_pipeline_stats_of(uint64_t pipeline, struct PipelineStats *stats);

Status lls_pipeline_close(uint64_t pipeline);

void lls_server_defaults(struct ServerOptions *options);

Status lls_server_start(const struct ServerOptions *options, uint64_t *server);

Status lls_server_port(uint64_t server, int32_t *port);

Status lls_server_stop(uint64_t server, int64_t milliseconds);

#endif  /* LLMSYS_MEMORY_H */
