#include <string>

#include "engine/activation/activations.h"
#include "engine/activation/reference.h"
#include "engine/core/builtin.h"
#include "engine/core/cpu.h"

namespace llmsys {

namespace {

struct Known {
    const char* algorithm;
    const char* summary;
    const char* reference;
};

constexpr Known KNOWN[] = {
    {"relu", "max(0, x)", "Glorot et al. 2011, Deep Sparse Rectifier Neural Networks"},
    {"gelu", "x * Phi(x), exact by the error function", "https://arxiv.org/abs/1606.08415"},
    {"gelu-tanh", "GELU approximated with tanh (GPT-2)", "https://arxiv.org/abs/1606.08415"},
    {"silu", "x * sigmoid(x), also called swish", "https://arxiv.org/abs/1702.03118"},
    {"sigmoid", "logistic function, between 0 and 1", "https://doi.org/10.1038/323533a0"},
    {"tanh", "hyperbolic tangent, between -1 and 1", "LeCun et al. 1998, Efficient BackProp"},
};

}  // namespace

void registerActivations(Registry& registry) {
    for (const Known& each : KNOWN) {
        registry.add({"activation", each.algorithm, each.algorithm, "scalar-double",
                      each.summary,
                      each.reference, 0, true, referenceActivation(each.algorithm)});
    }
    portable::addActivations(registry, true);
#if defined(__x86_64__)
    avx2::addActivations(registry, Cpu::here().avx2);
    avx512::addActivations(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
