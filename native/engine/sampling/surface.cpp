// lls_sample, lls_filter.
#include <limits>
#include <string>

#include "engine/core/registry.h"
#include "engine/core/surface.h"

namespace llmsys {

namespace {

// What is named, or serves the algorithm. Throws when the named one computes another algorithm.
template <typename K>
std::shared_ptr<const K> chosen(const char* function, const char* slot, const char* algorithm, const char* name) {
    requireNotNull(algorithm, function, "algorithm");
    auto found = name ? Registry::process().find(slot, name) : Registry::process().serving(slot, algorithm);
    if (found->algorithm != algorithm) {
        throw Error(LLS_INVALID, std::string(function) + " got the algorithm " + algorithm + " and the implementation " + name,
                    "that one computes " + found->algorithm, "name an implementation of the algorithm, or pass null");
    }
    return {found, static_cast<const K*>(found->kernel.get())};
}

void requireSize(const char* function, int64_t v) {
    if (v < 1 || v > std::numeric_limits<int32_t>::max()) {
        throw Error(LLS_SHAPE, std::string(function) + " got logits (" + std::to_string(v) + ")", "a vocabulary has 1 to 2^31 - 1 tokens",
                    "pass logits (V)");
    }
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_sample(const char* algorithm, const char* name, const float* logits, int64_t v, double draw, int32_t* id) {
    return guarded([&] {
        requireNotNull(logits, "lls_sample", "logits");
        requireNotNull(id, "lls_sample", "id");
        requireSize("lls_sample", v);
        if (!(draw >= 0 && draw < 1)) {
            throw Error(LLS_INVALID, "lls_sample got the draw " + std::to_string(draw), "a draw is in [0, 1)", "pass a uniform random number");
        }
        int32_t picked = chosen<Sampler>("lls_sample", "sampler", algorithm, name)->pick(logits, v, draw);
        if (picked < 0 || picked >= v) {
            throw Error(LLS_NUMERIC, "the sampler picked the token " + std::to_string(picked), "the vocabulary has " + std::to_string(v),
                        "use another sampler, and tell its author");
        }
        *id = picked;
    });
}

lls_status lls_filter(const char* algorithm, const char* name, float* logits, int64_t v, double setting) {
    return guarded([&] {
        requireNotNull(logits, "lls_filter", "logits");
        requireSize("lls_filter", v);
        chosen<Filter>("lls_filter", "filter", algorithm, name)->apply(logits, v, setting);
    });
}

}  // extern "C"
