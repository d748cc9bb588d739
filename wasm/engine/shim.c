/* What JavaScript needs beside llmsys.h: where the fields of its structs lie, and a trace without a function pointer. */
#include <stddef.h>
#include <stdio.h>

#include <emscripten.h>

#include "llmsys.h"

/* ---- layout -------------------------------------------------------------------------------------------------------------------------------- */

#define KIND(x) _Generic((x), int32_t : "i32", uint32_t : "u32", int64_t : "i64", uint64_t : "u64", float : "f32", double : "f64", default : "pointer")
#define FIELD(type, field) {#type, #field, KIND(((type *)0)->field), offsetof(type, field), sizeof(type)}

static const struct {
    const char *type, *field, *kind;
    size_t offset, size;
} FIELDS[] = {
    FIELD(lls_memory_stats, live_bytes), FIELD(lls_memory_stats, peak_bytes), FIELD(lls_memory_stats, allocations), FIELD(lls_memory_stats, frees),
    FIELD(lls_memory_stats, limit_bytes),
    FIELD(lls_implementation_info, slot), FIELD(lls_implementation_info, algorithm), FIELD(lls_implementation_info, name),
    FIELD(lls_implementation_info, numerics), FIELD(lls_implementation_info, summary), FIELD(lls_implementation_info, reference),
    FIELD(lls_implementation_info, ranking), FIELD(lls_implementation_info, usable), FIELD(lls_implementation_info, serving),
    FIELD(lls_matrix, data), FIELD(lls_matrix, rows), FIELD(lls_matrix, columns), FIELD(lls_matrix, row_stride), FIELD(lls_matrix, column_stride),
    FIELD(lls_weights, data), FIELD(lls_weights, type), FIELD(lls_weights, rows), FIELD(lls_weights, columns),
    FIELD(lls_model_config, family), FIELD(lls_model_config, vocab_size), FIELD(lls_model_config, context_length),
    FIELD(lls_model_config, embedding_dim), FIELD(lls_model_config, num_layers), FIELD(lls_model_config, num_heads),
    FIELD(lls_model_config, num_kv_heads), FIELD(lls_model_config, head_dim), FIELD(lls_model_config, hidden_dim), FIELD(lls_model_config, norm_eps),
    FIELD(lls_model_config, rope_theta), FIELD(lls_model_config, tied), FIELD(lls_model_config, has_biases), FIELD(lls_model_config, interleaved),
    FIELD(lls_model_config, parameters), FIELD(lls_model_config, bytes),
    FIELD(lls_generation_options, size), FIELD(lls_generation_options, max_tokens), FIELD(lls_generation_options, temperature),
    FIELD(lls_generation_options, top_k), FIELD(lls_generation_options, top_p), FIELD(lls_generation_options, seed),
    FIELD(lls_generation_options, slide), FIELD(lls_generation_options, alternatives), FIELD(lls_generation_options, prompt_scores),
    FIELD(lls_generation_options, stop_tokens), FIELD(lls_generation_options, stop_token_count),
    FIELD(lls_token, id), FIELD(lls_token, log_probability), FIELD(lls_token, stop),
    FIELD(lls_training_options, size), FIELD(lls_training_options, context_length), FIELD(lls_training_options, embedding_dim),
    FIELD(lls_training_options, num_layers), FIELD(lls_training_options, num_heads), FIELD(lls_training_options, batch),
    FIELD(lls_training_options, learning_rate), FIELD(lls_training_options, weight_decay), FIELD(lls_training_options, seed),
    FIELD(lls_optimizer_step, step), FIELD(lls_optimizer_step, learning_rate), FIELD(lls_optimizer_step, beta1), FIELD(lls_optimizer_step, beta2),
    FIELD(lls_optimizer_step, epsilon), FIELD(lls_optimizer_step, weight_decay),
};

/* "type field kind offset size\n" for each field: JavaScript reads and writes structs by it, so the two never disagree. */
const char *lls_wasm_layout(void) {
    static char text[sizeof FIELDS / sizeof *FIELDS * 64];
    char *end = text;
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        end += snprintf(end, sizeof text - (size_t)(end - text), "%s %s %s %u %u\n", FIELDS[i].type, FIELDS[i].field, FIELDS[i].kind,
                        (unsigned)FIELDS[i].offset, (unsigned)FIELDS[i].size);
    }
    return text;
}

/* ---- trace --------------------------------------------------------------------------------------------------------------------------------- */

EM_JS(void, show_hook, (const char *hook, const float *data, const int64_t *extents, int32_t rank), {
    Module['showHook'](hook, data, extents, rank);
});

static void visit(void *self, const char *hook, const float *data, const int64_t *extents, int32_t rank) {
    (void)self;
    show_hook(hook, data, extents, rank);
}

/* lls_model_trace that shows each place to Module.showHook. */
lls_status lls_wasm_trace(lls_handle model, const int32_t *ids, int64_t count, float *logits) {
    return lls_model_trace(model, ids, count, logits, visit, 0);
}
