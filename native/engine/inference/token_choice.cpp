#include "engine/inference/token_choice.h"

#include <cmath>
#include <string>

#include "engine/core/error.h"
#include "engine/core/random_stream.h"
#include "engine/core/registry.h"

namespace llmsys {

int32_t chooseToken(float* filtered, int64_t v, const lls_generation_options& options, int64_t position) {
    bool greedy = options.temperature == 0;
    if (!greedy && options.temperature != 1) {
        serving<Filter>("filter", "temperature")->apply(filtered, v, options.temperature);
    }
    if (!greedy && options.top_k > 0) {
        serving<Filter>("filter", "top-k")->apply(filtered, v, options.top_k);
    }
    if (!greedy && options.top_p < 1) {
        serving<Filter>("filter", "top-p")->apply(filtered, v, options.top_p);
    }
    double draw = greedy ? 0 : RandomStream::at(options.seed, {static_cast<uint64_t>(position)}).nextDouble();
    int32_t id = serving<Sampler>("sampler", greedy ? "greedy" : "categorical")->pick(filtered, v, draw);
    if (id < 0 || id >= v || filtered[id] == -INFINITY) {
        throw Error(LLS_NUMERIC, "the sampler picked token " + std::to_string(id),
                    id < 0 || id >= v ? "the vocabulary does not have it" : "a filter had ruled it out", "choose another sampler with lls_use");
    }
    return id;
}

}  // namespace llmsys
