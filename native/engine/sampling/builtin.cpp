// The samplers and filters that the library brings.
#include "engine/core/builtin.h"
#include "engine/sampling/filters.h"
#include "engine/sampling/samplers.h"

namespace llmsys {

namespace {

template <typename Slot, typename Kernel>
void add(Registry& registry, const char* slot, const char* algorithm, const char* summary, const char* reference) {
    Implementation implementation;
    implementation.slot = slot;
    implementation.algorithm = algorithm;
    implementation.name = algorithm;
    implementation.summary = summary;
    implementation.reference = reference;
    implementation.kernel = std::shared_ptr<const Slot>(std::make_shared<Kernel>());
    registry.add(std::move(implementation));
}

}  // namespace

void registerSampling(Registry& registry) {
    add<Sampler, GreedySampler>(registry, "sampler", "greedy", "the likeliest token, always", "");
    add<Sampler, CategoricalSampler>(registry, "sampler", "categorical", "draws from the distribution", "");
    add<Filter, TemperatureFilter>(registry, "filter", "temperature", "divides the logits: below 1 surer, above 1 livelier", "Ackley et al. 1985");
    add<Filter, TopKFilter>(registry, "filter", "top-k", "keeps the k likeliest tokens", "Fan et al. 2018");
    add<Filter, TopPFilter>(registry, "filter", "top-p", "keeps the likeliest tokens that reach probability p together", "Holtzman et al. 2019");
    add<Filter, MinPFilter>(registry, "filter", "min-p", "keeps tokens of at least a share p of the likeliest one's probability",
                            "https://arxiv.org/abs/2407.01082");
}

}  // namespace llmsys
