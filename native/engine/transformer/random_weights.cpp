// A model's tensors filled with numbers, laid out as those of a file.
#include <cmath>

#include "engine/core/error.h"
#include "engine/transformer/decoder_weights.h"
#include "engine/transformer/weight_names.h"

namespace llmsys {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a function of seed and place.
uint64_t mixed(uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

bool isNormScale(const ExpectedTensor& tensor) { return tensor.extents.size() == 1 && endsWith(tensor.name, ".weight"); }

}  // namespace

DecoderWeights randomWeights(const ModelConfig& config, std::optional<lls_dtype> type, uint64_t seed) {
    ModelFile file;
    file.name = "random weights";
    file.config = config;
    int64_t bytes = 0;
    if (__builtin_mul_overflow(parameterCount(config), int64_t{4}, &bytes)) {
        throw Error(LLS_SHAPE, "no memory holds a model of this shape", "its weights have more bytes than 63 bits count", "use smaller extents");
    }
    Buffer numbers(bytes, "weights");
    float* next = numbers.floats();
    uint64_t place = mixed(seed);
    for (const ExpectedTensor& expected : expectedTensors(config)) {
        FileTensor tensor;
        tensor.name = expected.name;
        tensor.extents = expected.extents;
        tensor.data = reinterpret_cast<const uint8_t*>(next);
        int64_t size = tensor.size();
        int64_t inputs = expected.extents.back();
        if (expected.inputsFirst) {
            inputs = expected.extents.front();
        }
        float spread = std::sqrt(3.0f / static_cast<float>(inputs));            // variance 1/inputs
        for (int64_t i = 0; i < size; i++) {
            next[i] = isNormScale(expected) ? 1.0f : spread * (static_cast<float>(mixed(place++) >> 40) * 0x1p-23f - 1.0f);
        }
        next += size;
        file.tensors.push_back(std::move(tensor));
    }
    return readWeights(file, type);
}

}  // namespace llmsys
