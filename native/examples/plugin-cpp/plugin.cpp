// A plug-in in C++: another way to multiply matrices, and another way to choose a token.
//
//   lls_load_plugin("example_plugin.so"), then lls_use("matmul", "example-rows") or lls_sample("gumbel-max", ...)
//
// Build your own against llmsys.h and the engine's library:  c++ -std=c++17 -O2 -shared -fPIC -I include plugin.cpp -L build -lllmsys -o plugin.so
#include <algorithm>
#include <cmath>
#include <cstring>

#include "llmsys.h"

namespace {

// ---- matmul: C = A B, a few rows of C a chunk, k ascending with fma as the engine's own, so the bits are equal
// -----------------------------------------

constexpr int64_t ROWS = 8;

struct Product {
    const lls_matrix* a;
    const lls_matrix* b;
    const float* bias;
    const lls_matrix* c;
    bool accumulate;
};

void multiplyRows(void* argument, int64_t chunk) {
    const Product& p = *static_cast<const Product*>(argument);
    int64_t end = std::min(p.c->rows, (chunk + 1) * ROWS);
    for (int64_t m = chunk * ROWS; m < end; m++) {
        for (int64_t n = 0; n < p.c->columns; n++) {
            float* to = p.c->data + m * p.c->row_stride + n * p.c->column_stride;
            float sum = p.accumulate ? *to : p.bias ? p.bias[n] : 0.0f;
            for (int64_t k = 0; k < p.a->columns; k++) {
                sum = std::fma(p.a->data[m * p.a->row_stride + k * p.a->column_stride], p.b->data[k * p.b->row_stride + n * p.b->column_stride], sum);
            }
            *to = sum;
        }
    }
}

lls_status multiply(void*, const lls_workers* workers, const lls_matrix* a, const lls_matrix* b, const float* bias, const lls_matrix* c,
                    int32_t accumulate) {
    Product product{a, b, bias, c, accumulate != 0};
    workers->run(workers->self, (c->rows + ROWS - 1) / ROWS, multiplyRows, &product);
    return LLS_OK;
}

// ---- sampler: argmax of logit + Gumbel noise is a draw from softmax(logits) (Gumbel 1954)
// ---------------------------------------------------------------

double noise(uint64_t seed, int64_t id) {
    uint64_t z = seed + static_cast<uint64_t>(id + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    double uniform = (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
    return -std::log(-std::log(uniform));
}

lls_status pick(void*, const float* logits, int64_t v, double draw, int32_t* id) {
    uint64_t seed = 0;
    std::memcpy(&seed, &draw, sizeof seed);
    int64_t best = -1;
    double most = 0;
    for (int64_t i = 0; i < v; i++) {
        double score = std::isinf(logits[i]) ? -INFINITY : logits[i] + noise(seed, i);
        if (score != -INFINITY && (best < 0 || score > most)) {
            best = i;
            most = score;
        }
    }
    if (best < 0) {
        return lls_fail(LLS_NUMERIC, "no token can be picked", "all logits are minus infinity", "use filters that leave one");
    }
    *id = static_cast<int32_t>(best);
    return LLS_OK;
}

}  // namespace

extern "C" LLS_API lls_status lls_plugin_register(uint32_t version) {
    lls_status status = version == LLS_ABI_VERSION ? LLS_OK : lls_require_abi(LLS_ABI_VERSION);
    lls_registration what{};
    what.size = sizeof what;
    what.algorithm = "matmul";
    what.name = "example-rows";
    what.numerics = "fma-k-ascending";
    what.summary = "a few rows of the result at a time";
    what.ranking = -100;                                // serves when it is asked for only
    lls_matmul_kernel matmul{sizeof matmul, multiply};
    if (status == LLS_OK) {
        status = lls_register_matmul(&what, &matmul);
    }
    what.algorithm = what.name = "gumbel-max";
    what.numerics = "";
    what.summary = "the largest of logits with Gumbel noise";
    what.reference = "Gumbel 1954";
    lls_sampler_kernel sampler{sizeof sampler, pick};
    return status == LLS_OK ? lls_register_sampler(&what, &sampler) : status;
}
