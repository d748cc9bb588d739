/* llmsys.h: the whole surface of the native engine, plain C.
 *
 * Status      Every function that can fail returns an lls_status; LLS_OK is 0. lls_last_error() tells the last failure of this thread in three lines
 *             (error, why, fix). No exception, abort or panic leaves the library.
 * Handles     Opaque, made by ..._open, ..._load or ..._create and given back with the matching ..._close, once; null may be closed. A handle that is
 *             foreign or already closed is refused with LLS_INVALID (handles are numbers that are looked up, never addresses).
 * Threads     Any function may be called from any thread. One session, tape, trainer or arena is for one thread at a time; models, tokenizers and
 *             implementations are shared freely. lls_session_cancel and lls_job cancellations may come from any thread.
 * Ownership   What the caller passes is read or written during the call and never kept, unless a line says so. Texts that are returned live as long
 *             as their handle, or for ever. Buffers that a function fills come with a capacity in and a length out; a capacity of 0 only asks the
 *             length.
 * Shapes      B batch, T sequence, C embedding, L layers, NH heads, NKV key heads, HS head dim, F hidden, V vocabulary; (R,C) rows and columns.
 *             Strides and sizes are counted in elements unless they say bytes. Every product of extents is checked for overflow.
 * Version     lls_abi_version() must equal LLS_ABI_VERSION of this header, or nothing else may be called.
 */
#ifndef LLMSYS_H
#define LLMSYS_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define LLS_API __declspec(dllexport)
#else
#define LLS_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version and errors ------------------------------------------------------------------------------------------------------------------- */

#define LLS_ABI_VERSION 1

typedef enum lls_status {
    LLS_OK = 0,
    LLS_INVALID = 1,       /* an argument is null, out of range, a foreign or closed handle */
    LLS_SHAPE = 2,         /* extents or strides do not fit */
    LLS_NOT_FOUND = 3,     /* no such implementation, file, tensor, hook */
    LLS_FILE = 4,          /* a file that cannot be read, or is not what it says */
    LLS_OUT_OF_MEMORY = 5, /* the system's memory or a limit */
    LLS_UNSUPPORTED = 6,   /* a type or an algorithm this library does not have, or this processor cannot run */
    LLS_NUMERIC = 7,       /* NaN or infinity where there must be none */
    LLS_CANCELLED = 8,
    LLS_STATE = 9,         /* the call does not fit what was done before */
    LLS_INTERNAL = 10      /* a mistake of the library */
} lls_status;

LLS_API uint32_t lls_abi_version(void);
/* "0.1.0" */
LLS_API const char *lls_version(void);
/* LLS_INVALID with a message when the caller was built for another version. */
LLS_API lls_status lls_require_abi(uint32_t version);
/* "error: ...\nwhy: ...\nfix: ..." of this thread's last failure; "" before the first. Lives until this thread's next failure. */
LLS_API const char *lls_last_error(void);
/* What the processor offers and which of it is used: "avx2 avx512 vnni". */
LLS_API const char *lls_cpu(void);

/* The last call before the library is unloaded, or a process ends that wants no leak reported: ends the threads, closes what is open, and gives back
 * all that is kept from call to call. No other call may run meanwhile. A call after it begins anew: with nothing open, registered or chosen.
 * What lls_allocate gave out stays its owner's. */
LLS_API lls_status lls_shutdown(void);

/* ---- threads ------------------------------------------------------------------------------------------------------------------------------- */

/* Threads of the calls that follow, the caller's included; 1 to 256. Results do not depend on it. Default: the processors. */
LLS_API lls_status lls_set_threads(int32_t threads);
LLS_API int32_t lls_threads(void);

/* What a plug-in's kernel gets to share its work: run(self, chunks, body, argument) calls body(argument, i) once for each i below chunks, on any of
 * the threads, and returns when all have ended. */
typedef struct lls_workers {
    void *self;
    int32_t threads;
    void (*run)(void *self, int64_t chunks, void (*body)(void *argument, int64_t chunk), void *argument);
} lls_workers;

/* ---- memory -------------------------------------------------------------------------------------------------------------------------------- */

typedef uint64_t lls_handle; /* 0 is none */

typedef struct lls_memory_stats {
    int64_t live_bytes, peak_bytes, allocations, frees, limit_bytes; /* limit 0: none */
} lls_memory_stats;

/* Memory aligned to 64 bytes, not zeroed. owner: a text of at most 63 bytes, counted together. */
LLS_API lls_status lls_allocate(int64_t bytes, const char *owner, void **memory);
/* LLS_INVALID for what was not allocated here, or was freed already; nothing happens then. null is fine. */
LLS_API lls_status lls_free(void *memory);
LLS_API lls_status lls_memory_total(lls_memory_stats *stats);
/* Owners in order of name: entry `index` below the count that lls_memory_owners tells. */
LLS_API lls_status lls_memory_owners(int32_t *count);
LLS_API lls_status lls_memory_owner(int32_t index, char *owner, int32_t capacity, lls_memory_stats *stats);
/* Memory that comes from elsewhere, a plug-in's or what is kept from call to call, counts as the owner's and against the limit while it is reserved.
 * Release the bytes with the same owner: LLS_INVALID when it has not so many. */
LLS_API lls_status lls_memory_reserve(int64_t bytes, const char *owner);
LLS_API lls_status lls_memory_release(int64_t bytes, const char *owner);
/* An allocation that would pass the limit fails with LLS_OUT_OF_MEMORY. 0: no limit. */
LLS_API lls_status lls_memory_limit(int64_t bytes);
/* For tests: the n-th allocation from now fails once, n from 1; 0 turns it off. */
LLS_API lls_status lls_memory_fail_at(int64_t n);

/* A region that is filled from one end and given back as a whole. */
LLS_API lls_status lls_arena_open(int64_t bytes, const char *owner, lls_handle *arena);
LLS_API lls_status lls_arena_allocate(lls_handle arena, int64_t bytes, void **memory);
/* Everything in it is given back; memory handed out before may not be used. */
LLS_API lls_status lls_arena_reset(lls_handle arena);
LLS_API lls_status lls_arena_used(lls_handle arena, int64_t *used, int64_t *capacity);
LLS_API lls_status lls_arena_close(lls_handle arena);

/* ---- implementations ----------------------------------------------------------------------------------------------------------------------- */

typedef struct lls_implementation_info {
    const char *slot, *algorithm, *name, *numerics, *summary, *reference;
    int32_t ranking;
    int32_t usable;   /* whether this processor can run it */
    int32_t serving;  /* whether it is what its slot's algorithm uses now */
} lls_implementation_info;

/* Entries 0 to count - 1, in order of slot, algorithm and choice; slot null: all. The texts live until the implementation is taken back. */
LLS_API lls_status lls_implementations(const char *slot, int32_t *count);
LLS_API lls_status lls_implementation(const char *slot, int32_t index, lls_implementation_info *info);
/* Selects an implementation for calls and steps that begin later; "auto" gives the choice back to the ranking. */
LLS_API lls_status lls_use(const char *slot, const char *name);
/* What lls_use selected for a slot's algorithm: the name, or "auto". The text lives for ever. */
LLS_API lls_status lls_selected(const char *slot, const char *algorithm, const char **name);
/* Loads a shared library and calls its lls_plugin_register(LLS_ABI_VERSION), which registers its kernels. It stays loaded; lls_unregister takes a
 * kernel back. */
LLS_API lls_status lls_load_plugin(const char *path);
LLS_API lls_status lls_unregister(const char *slot, const char *name);

/* ---- operands ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct lls_matrix {
    float *data;
    int64_t rows, columns, row_stride, column_stride;
} lls_matrix;

/* (batch, heads, rows, width), the last axis side by side. */
typedef struct lls_heads {
    float *data;
    int64_t batch, heads, rows, width, batch_stride, head_stride, row_stride;
} lls_heads;

typedef enum lls_dtype {
    LLS_F32 = 0, LLS_F16 = 1, LLS_BF16 = 2, LLS_Q8_0 = 3, LLS_Q4_0 = 4, LLS_I32 = 5, LLS_U8 = 6
} lls_dtype;

/* (rows, columns) of a type, rows one after another: Q8_0 and Q4_0 in blocks of 32 along a row, as GGUF lays them. */
typedef struct lls_weights {
    const void *data;
    lls_dtype type;
    int64_t rows, columns;
} lls_weights;

/* Weights W (inputs, outputs) that the caller keeps in panels of 32 outputs o side by side; panel p holds outputs 32p to 32p + 31.
 *   F32, F16, BF16   data [p][input][o]
 *   Q8_0             data [p][block of 32 inputs][input][o], signed bytes q;                                 weight = scales [p][block][o] * q
 *   Q4_0             data [p][block of 32 inputs][j below 16][o], low nibble: input j, high: j + 16; weight = scales [p][block][o] * (nibble - 8)
 * scales are F32 and null for the other types. What lies past the last output is allocated and never used. */
typedef struct lls_panels {
    const void *data;
    const float *scales;
    lls_dtype type;
    int64_t inputs, outputs;
} lls_panels;

/* Which keys a query sees, and what is added to its scores. */
typedef struct lls_mask {
    int32_t causal;         /* query i of T sees keys 0 to S - T + i */
    int64_t window;         /* of those the last so many; 0: all */
    const int32_t *lengths; /* (B): keys that count in each sequence; null: all */
    const float *slopes;    /* (NH): score += -slope * distance (ALiBi), causal only; null: none */
} lls_mask;

typedef struct lls_optimizer_step {
    int64_t step; /* from 1; 0: the moments are not corrected for their start at zero */
    double learning_rate, beta1, beta2, epsilon, weight_decay;
} lls_optimizer_step;

/* ---- operations ----------------------------------------------------------------------------------------------------------------------------
 * name: an implementation of the slot; null: what serves the algorithm. */

/* C = A B + bias (N, null: none), or C += A B when accumulate is 1 (bias must be null then). Any strides. */
LLS_API lls_status lls_matmul(const char *name, const lls_matrix *a, const lls_matrix *b, const float *bias, const lls_matrix *c, int32_t accumulate);
/* `count` products, operands the given strides apart; a stride of 0 repeats an operand (not C). */
LLS_API lls_status lls_matmul_batch(const char *name, const lls_matrix *a, int64_t a_stride, const lls_matrix *b, int64_t b_stride,
                                    const lls_matrix *c, int64_t c_stride, int64_t count, int32_t accumulate);
/* C (M,N) = A (M,K) W^T + bias, W (N,K) of any weight type. */
LLS_API lls_status lls_matmul_weights(const char *name, const lls_matrix *a, const lls_weights *w, const float *bias, const lls_matrix *c);
/* C (M,N) = A (M,K) W + bias over panels as they lie: each weight is widened to F32, rounded once, and meets k ascending, whatever the type. */
LLS_API lls_status lls_matmul_panels(const char *name, const lls_matrix *a, const lls_panels *w, const float *bias, const lls_matrix *c);
/* Weights laid out once for the fastest kernel of this processor; many products over them. Keeps a copy. */
LLS_API lls_status lls_arranged_create(const lls_weights *w, lls_handle *arranged);
LLS_API lls_status lls_arranged_multiply(lls_handle arranged, const lls_matrix *a, const float *bias, const lls_matrix *c);
LLS_API lls_status lls_arranged_close(lls_handle arranged);

/* algorithm: relu, gelu, gelu-tanh, silu, sigmoid, tanh. y may be x. */
LLS_API lls_status lls_activation(const char *algorithm, const char *name, const float *x, float *y, int64_t size);
LLS_API lls_status lls_activation_backward(const char *algorithm, const char *name, const float *x, const float *y, const float *grad_y,
                                           float *grad_x, int64_t size, int32_t accumulate);
/* algorithm: softmax, log-softmax; over the columns of (rows, columns). */
LLS_API lls_status lls_softmax(const char *algorithm, const char *name, const float *x, float *y, int64_t rows, int64_t columns);
LLS_API lls_status lls_softmax_backward(const char *algorithm, const char *name, const float *y, const float *grad_y, float *grad_x, int64_t rows,
                                        int64_t columns, int32_t accumulate);
/* algorithm: layernorm (saved (rows,2)), rmsnorm (saved (rows)). gamma, beta, saved may be null. */
LLS_API lls_status lls_normalization(const char *algorithm, const char *name, const float *x, const float *gamma, const float *beta, float eps,
                                     float *y, float *saved, int64_t rows, int64_t columns);
/* Adds to grad_gamma and grad_beta (null: not wanted), writes grad_x. */
LLS_API lls_status lls_normalization_backward(const char *algorithm, const char *name, const float *x, const float *gamma, const float *saved,
                                              const float *grad_y, float *grad_x, float *grad_gamma, float *grad_beta, int64_t rows, int64_t columns);
/* Turns heads in place. positions (T). frequencies (HS/2) in radians a position; null: theta^(-2i/HS). */
LLS_API lls_status lls_rope(const char *name, const lls_heads *heads, const int32_t *positions, const double *frequencies, double theta,
                            int32_t interleaved, int32_t inverse);
/* x (T,C) += sinusoidal encoding of positions start to start + T - 1, theta is 10000 in the paper. */
LLS_API lls_status lls_sinusoidal(const char *name, float *x, int64_t start, int64_t t, int64_t c, double theta);
/* log_sum_exp (B,NH,T) or null. A query that sees no key gets 0, and log_sum_exp 0. Backward writes. */
LLS_API lls_status lls_attention(const char *name, const lls_heads *q, const lls_heads *k, const lls_heads *v, const lls_mask *mask,
                                 const lls_heads *out, float *log_sum_exp);
LLS_API lls_status lls_attention_backward(const char *name, const lls_heads *q, const lls_heads *k, const lls_heads *v, const lls_mask *mask,
                                          const lls_heads *out, const float *log_sum_exp, const lls_heads *grad_out, const lls_heads *grad_q,
                                          const lls_heads *grad_k, const lls_heads *grad_v);
/* y (count, C) = rows of table (V,C); an id outside is LLS_INVALID. */
LLS_API lls_status lls_embedding(const char *name, const int32_t *ids, int64_t count, const lls_weights *table, float *y);
LLS_API lls_status lls_embedding_backward(const char *name, const int32_t *ids, int64_t count, const float *grad_y, float *grad_table, int64_t v,
                                          int64_t c);
/* algorithm: cross-entropy (classes (N), -1 left out; values null), mse (values (N,V); classes null). losses (N). Backward writes, 0 for what is
 * left out. */
LLS_API lls_status lls_loss(const char *algorithm, const char *name, const float *predictions, const int32_t *classes, const float *values,
                            float *losses, int64_t n, int64_t v);
LLS_API lls_status lls_loss_backward(const char *algorithm, const char *name, const float *predictions, const int32_t *classes, const float *values,
                                     const float *grad_losses, float *grad_predictions, int64_t n, int64_t v);
/* operation: add, subtract, multiply, divide (b has the size of a); scale: y = a*by; add-scaled: y += a*by (b null). */
LLS_API lls_status lls_elementwise(const char *operation, const char *name, const float *a, const float *b, float by, float *y, int64_t size);
/* algorithm: adamw (memory: two arrays of the weight's size), sgd (none). */
LLS_API lls_status lls_optimizer(const char *algorithm, const char *name, float *weight, const float *gradient, float *const *memory, int64_t size,
                                 const lls_optimizer_step *step);
/* algorithm: greedy, categorical. draw in [0,1). */
LLS_API lls_status lls_sample(const char *algorithm, const char *name, const float *logits, int64_t v, double draw, int32_t *id);
/* algorithm: temperature, top-k, top-p, min-p; logits (V) in place. */
LLS_API lls_status lls_filter(const char *algorithm, const char *name, float *logits, int64_t v, double setting);

/* ---- plug-ins ------------------------------------------------------------------------------------------------------------------------------
 * A plug-in fills the struct of a slot and registers it. size: sizeof the struct. Functions return a status and may call lls_fail for its text; they
 * are called from any thread, get checked operands, and must not throw or panic out; lls_fail is called on the thread that was called. self is
 * passed back as it is. The library itself defines
 *
 *     lls_status lls_plugin_register(uint32_t abi);
 *
 * which lls_load_plugin calls with LLS_ABI_VERSION. */

typedef struct lls_registration {
    uint32_t size;
    const char *algorithm, *name, *numerics, *summary, *reference;
    int32_t ranking;
    void *self;
} lls_registration;

typedef struct lls_matmul_kernel {
    uint32_t size;
    lls_status (*multiply)(void *self, const lls_workers *workers, const lls_matrix *a, const lls_matrix *b, const float *bias, const lls_matrix *c,
                           int32_t accumulate);
} lls_matmul_kernel;
typedef struct lls_activation_kernel {
    uint32_t size;
    lls_status (*forward)(void *self, const lls_workers *workers, const float *x, float *y, int64_t n);
    lls_status (*backward)(void *self, const lls_workers *workers, const float *x, const float *y, const float *grad_y, float *grad_x, int64_t n,
                           int32_t accumulate);
} lls_activation_kernel;
typedef struct lls_normalization_kernel {
    uint32_t size;
    int64_t saved_per_row;
    lls_status (*forward)(void *self, const lls_workers *workers, const float *x, const float *gamma, const float *beta, float eps, float *y,
                          float *saved, int64_t rows, int64_t columns);
    lls_status (*backward)(void *self, const lls_workers *workers, const float *x, const float *gamma, const float *saved, const float *grad_y,
                           float *grad_x, float *grad_gamma, float *grad_beta, int64_t rows, int64_t columns);
} lls_normalization_kernel;
typedef struct lls_sampler_kernel {
    uint32_t size;
    lls_status (*pick)(void *self, const float *logits, int64_t v, double draw, int32_t *id);
} lls_sampler_kernel;
typedef struct lls_filter_kernel {
    uint32_t size;
    lls_status (*apply)(void *self, float *logits, int64_t v, double setting);
} lls_filter_kernel;

LLS_API lls_status lls_register_matmul(const lls_registration *what, const lls_matmul_kernel *kernel);
LLS_API lls_status lls_register_activation(const lls_registration *what, const lls_activation_kernel *kernel);
LLS_API lls_status lls_register_normalization(const lls_registration *what, const lls_normalization_kernel *kernel);
LLS_API lls_status lls_register_sampler(const lls_registration *what, const lls_sampler_kernel *kernel);
LLS_API lls_status lls_register_filter(const lls_registration *what, const lls_filter_kernel *kernel);
/* Sets this thread's error text and returns the status, for a plug-in's functions. */
LLS_API lls_status lls_fail(lls_status status, const char *error, const char *why, const char *fix);

/* ---- tokenizers ---------------------------------------------------------------------------------------------------------------------------- */

/* A file: tokenizer.json (byte-level BPE, SentencePiece-style BPE), tokenizer.model, llama2.c tokenizer.bin, tiktoken ranks, a .gguf that carries
 * one, or a folder that has one of them. kind "whitespace" or "char": learned from the text file at path. null: found out. */
LLS_API lls_status lls_tokenizer_load(const char *path, const char *kind, lls_handle *tokenizer);
/* The same from the content of one such file. name: for messages, null for none. */
LLS_API lls_status lls_tokenizer_load_bytes(const void *bytes, int64_t count, const char *name, lls_handle *tokenizer);
LLS_API lls_status lls_tokenizer_vocab_size(lls_handle tokenizer, int32_t *size);
/* special: texts of special tokens become those tokens, and a beginning is added where the vocabulary says so. */
LLS_API lls_status lls_tokenizer_encode(lls_handle tokenizer, const char *utf8, int64_t bytes, int32_t special, int32_t *ids, int64_t capacity,
                                        int64_t *count);
/* The bytes of the ids; not terminated, may end inside a character. */
LLS_API lls_status lls_tokenizer_decode(lls_handle tokenizer, const int32_t *ids, int64_t count, char *utf8, int64_t capacity, int64_t *bytes);
/* The id that ends a text, or -1. */
LLS_API lls_status lls_tokenizer_end(lls_handle tokenizer, int32_t *id);
LLS_API lls_status lls_tokenizer_close(lls_handle tokenizer);

/* ---- models -------------------------------------------------------------------------------------------------------------------------------- */

typedef struct lls_model_config {
    char family[16]; /* "llama", "gpt2" */
    int32_t vocab_size, context_length, embedding_dim, num_layers, num_heads, num_kv_heads, head_dim, hidden_dim;
    float norm_eps;
    double rope_theta;
    int32_t tied, has_biases, interleaved;
    int64_t parameters, bytes; /* bytes: the weights as they are held, packed copies included */
} lls_model_config;

/* A llama2.c .bin, a .gguf, a .safetensors beside its config.json, or a folder with them. type: "as-is" (null), "f32", "q8_0", "q4_0": what matrices
 * are held in. Refused files are named with the tensor and the field, all missing, extra and mis-shaped tensors in one message. */
LLS_API lls_status lls_model_load(const char *path, const char *type, lls_handle *model);
/* The same from memory: what lls_model_load does for one file's bytes; format "bin", "gguf" or "safetensors" (config_json then, null otherwise). */
LLS_API lls_status lls_model_load_bytes(const void *bytes, int64_t count, const char *format, const char *config_json, const char *type,
                                        lls_handle *model);
/* Random weights of a shape, for measuring: fields up to interleaved are read. */
LLS_API lls_status lls_model_random(const lls_model_config *config, const char *type, uint64_t seed, lls_handle *model);
LLS_API lls_status lls_model_config_of(lls_handle model, lls_model_config *config);
/* The tokenizer that came with it, a handle of its own; LLS_NOT_FOUND when there is none. */
LLS_API lls_status lls_model_tokenizer(lls_handle model, lls_handle *tokenizer);
/* Logits (count,V) after each id, from an empty cache. */
LLS_API lls_status lls_model_logits(lls_handle model, const int32_t *ids, int64_t count, float *logits);
/* As above; visit is called for every intermediate under its TransformerLens name, data (extents[0], ... extents[rank-1]), which lives during the
 * call. */
LLS_API lls_status lls_model_trace(lls_handle model, const int32_t *ids, int64_t count, float *logits,
                                   void (*visit)(void *self, const char *hook, const float *data, const int64_t *extents, int32_t rank), void *self);
LLS_API lls_status lls_model_close(lls_handle model);

/* ---- generation ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct lls_generation_options {
    uint32_t size; /* sizeof this struct */
    int32_t max_tokens;
    double temperature;       /* 0: greedy */
    int32_t top_k;            /* 0: off */
    double top_p;             /* 1: off */
    uint64_t seed;
    int32_t slide;            /* 1: when the context is full forget its first half; 0: stop */
    int32_t alternatives;     /* log-probabilities of so many likeliest tokens; -1: none at all, 0: of the chosen one */
    int32_t prompt_scores;    /* 1: the prompt's log-probabilities too; 2: also the likeliest `alternatives` in each of its places */
    const int32_t *stop_tokens;
    int32_t stop_token_count;
} lls_generation_options;

typedef struct lls_token {
    int32_t id;               /* -1: the session has ended, see stop */
    float log_probability;    /* before filters; NaN when not asked for */
    const char *stop;         /* null, "length", "end", "stop", "context", "cancelled" */
} lls_token;

LLS_API void lls_generation_defaults(lls_generation_options *options);
/* Sessions of one model that are stepped at the same time from several threads share a step (continuous batching); each writes the ids it would
 * alone. */
LLS_API lls_status lls_session_open(lls_handle model, const int32_t *prompt, int64_t count, const lls_generation_options *options,
                                    lls_handle *session);
/* The bytes that a session of this length holds, before it is opened. */
LLS_API lls_status lls_session_memory(lls_handle model, int64_t prompt, const lls_generation_options *options, int64_t *bytes);
/* Writes one more token. */
LLS_API lls_status lls_session_next(lls_handle session, lls_token *token);
/* Logits (V) that the last token was chosen from, before filters. */
LLS_API lls_status lls_session_logits(lls_handle session, float *logits);
/* Alternatives of the last token: ids and log-probabilities in order, at most the asked-for number. */
LLS_API lls_status lls_session_alternatives(lls_handle session, int32_t *ids, float *log_probabilities, int32_t capacity, int32_t *count);
/* The prompt's own: entry 0 is NaN. Known after the first lls_session_next. */
LLS_API lls_status lls_session_prompt_scores(lls_handle session, float *log_probabilities, int64_t capacity, int64_t *count);
/* With prompt_scores 2: ids and log-probabilities (prompt, alternatives), in each place in order; place 0 has id -1 and NaN. */
LLS_API lls_status lls_session_prompt_alternatives(lls_handle session, int32_t *ids, float *log_probabilities, int64_t capacity, int64_t *count);
/* How the tokens that follow are chosen: temperature, top_k and top_p of lls_generation_options. */
LLS_API lls_status lls_session_sampling(lls_handle session, double temperature, int32_t top_k, double top_p);
/* From any thread; the next lls_session_next tells "cancelled". */
LLS_API lls_status lls_session_cancel(lls_handle session);
LLS_API lls_status lls_session_close(lls_handle session);

/* Feeds `count` ids to each of `batch` fresh caches in one step, then decodes: for measuring. ids (batch, count); written (batch, tokens), greedy. */
LLS_API lls_status lls_generate_batch(lls_handle model, const int32_t *ids, int64_t batch, int64_t count, int32_t tokens, int32_t *written);

/* ---- tape ---------------------------------------------------------------------------------------------------------------------------------- */

/* A tape records operations on its own F32 tensors, row-major; closing it gives all of them back. Variables are numbers of that tape, from 0. */
LLS_API lls_status lls_tape_open(lls_handle *tape);
LLS_API lls_status lls_tape_close(lls_handle tape);
/* Copies data (null: zeros). rank at most 4. */
LLS_API lls_status lls_tape_tensor(lls_handle tape, const float *data, const int64_t *extents, int32_t rank, int32_t requires_gradient,
                                   int32_t *variable);
/* operation over inputs; integers and numbers are its settings. matmul(a,b), add, subtract, multiply, divide, power (broadcast), scale(number), exp,
 * log, sqrt, abs, sum, mean, max, relu, gelu, gelu-tanh, silu, sigmoid, tanh, softmax, log-softmax, layernorm(x,gamma,beta; eps), rmsnorm(x,gamma;
 * eps), embedding(table; ids...), cross-entropy(x; classes...), mse(x,y), reshape(x; extents...), transpose(x; axes...), attention(q,k,v; causal),
 * slice(x; begin, count and step of each axis), concatenate(up to four; axis), rope(x; start, interleaved; theta), linear(x,w,b) with w (in,out),
 * self-attention(qkv; heads, causal) of (B,T,3C). sum, mean and max take axes as integers, all when there are none; elements that are equally large
 * share max's gradient; layernorm works without beta. Gradients are kept for tensors, not for results. */
LLS_API lls_status lls_tape_apply(lls_handle tape, const char *operation, const int32_t *inputs, int32_t input_count, const int64_t *integers,
                                  int64_t integer_count, const double *numbers, int32_t number_count, int32_t *variable);
/* Gradients of a variable of one element with respect to all that require them; added to those there are. */
LLS_API lls_status lls_tape_backward(lls_handle tape, int32_t variable);
/* Forgets all gradients, so that the next backward begins at zero. */
LLS_API lls_status lls_tape_zero_gradients(lls_handle tape);
LLS_API lls_status lls_tape_extents(lls_handle tape, int32_t variable, int64_t *extents, int32_t *rank);
LLS_API lls_status lls_tape_value(lls_handle tape, int32_t variable, float *data, int64_t size);
/* LLS_STATE before backward, or when none is required. */
LLS_API lls_status lls_tape_gradient(lls_handle tape, int32_t variable, float *data, int64_t size);

/* ---- training ------------------------------------------------------------------------------------------------------------------------------ */

/* A small character model learnt from a text: GPT-2 family, learned positions, AdamW. */
typedef struct lls_training_options {
    uint32_t size;
    int32_t context_length, embedding_dim, num_layers, num_heads, batch;
    double learning_rate, weight_decay;
    uint64_t seed;
} lls_training_options;

LLS_API void lls_training_defaults(lls_training_options *options);
LLS_API lls_status lls_trainer_open(const char *utf8, int64_t bytes, const lls_training_options *options, lls_handle *trainer);
/* One step; loss of its batch before the update. */
LLS_API lls_status lls_trainer_step(lls_handle trainer, float *loss, float *gradient_norm);
/* The model and its tokenizer as they are now: handles of their own, copies. */
LLS_API lls_status lls_trainer_model(lls_handle trainer, lls_handle *model, lls_handle *tokenizer);
LLS_API lls_status lls_trainer_close(lls_handle trainer);

/* ---- data pipeline (Rust) ------------------------------------------------------------------------------------------------------------------- */

typedef struct lls_pipeline_options {
    uint32_t size;
    const char *const *paths; /* shards */
    int32_t path_count;
    const char *kind;         /* "text" (UTF-8, needs a tokenizer), "u16" or "u32" (token ids, little-endian) */
    lls_handle tokenizer;     /* 0 for token shards */
    int32_t batch, context_length, threads;
    int32_t prefetch;         /* batches that may wait, the bound on memory */
    uint64_t seed;            /* the order of windows is a function of it and of the epoch, never of the threads */
    int64_t epochs;           /* 0: for ever */
} lls_pipeline_options;

typedef struct lls_pipeline_stats {
    int64_t tokens, batches, epoch, waiting, waiting_bytes, reader_stalls, consumer_stalls;
} lls_pipeline_stats;

LLS_API void lls_pipeline_defaults(lls_pipeline_options *options);
LLS_API lls_status lls_pipeline_open(const lls_pipeline_options *options, lls_handle *pipeline);
/* inputs and targets (batch, context_length), targets one token later; *end is 1 and nothing is written when all epochs are over. */
LLS_API lls_status lls_pipeline_next(lls_handle pipeline, int32_t *inputs, int32_t *targets, int32_t *end);
LLS_API lls_status lls_pipeline_stats_of(lls_handle pipeline, lls_pipeline_stats *stats);
LLS_API lls_status lls_pipeline_close(lls_handle pipeline);

/* ---- server (Rust) -------------------------------------------------------------------------------------------------------------------------- */

typedef struct lls_server_options {
    uint32_t size;
    lls_handle model, tokenizer; /* must stay open while it runs */
    const char *model_name;
    const char *host;            /* null: 127.0.0.1; another address only with a token */
    int32_t port;                /* 0: a free one */
    const char *token;           /* null: none is asked for */
    int32_t max_sessions;        /* at the same time; beyond them requests wait */
    int32_t max_waiting;         /* beyond them 429 */
    int32_t max_tokens;          /* of one request */
} lls_server_options;

LLS_API void lls_server_defaults(lls_server_options *options);
/* Returns when it listens. */
LLS_API lls_status lls_server_start(const lls_server_options *options, lls_handle *server);
LLS_API lls_status lls_server_port(lls_handle server, int32_t *port);
/* Refuses new requests, lets those that run end for so long, cancels the rest, closes. */
LLS_API lls_status lls_server_stop(lls_handle server, int64_t milliseconds);

#ifdef __cplusplus
}
#endif

#endif
