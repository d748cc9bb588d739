// lls_model_*.
#include <algorithm>
#include <cstring>

#include "engine/core/surface.h"
#include "engine/files/model_reader.h"
#include "engine/inference/log_probabilities.h"
#include "engine/inference/model.h"
#include "engine/tokenizer/tokenizer_files.h"

namespace llmsys {

namespace {

// From an empty cache, in chunks or, for a trace, at once.
void readAll(const Model& model, const int32_t* ids, int64_t count, float* logits, Trace* trace, const char* function) {
    const ModelConfig& config = model.config();
    if (count < 0 || count > config.contextLength) {
        throw Error(LLS_INVALID, std::string(function) + " got " + std::to_string(count) + " ids",
                    "the model's context holds " + std::to_string(config.contextLength), "use a shorter text, or a model with a longer context");
    }
    if (count == 0) {
        return;
    }
    requireNotNull(ids, function, "ids");
    requireNotNull(logits, function, "logits");
    model.requireIds(ids, count, function);
    int64_t chunk = trace != nullptr ? count : std::min(count, SharedSteps::MOST_ROWS);
    KvCache cache(config, count);
    StepMemory space(config);
    for (int64_t from = 0; from < count; from += chunk) {
        SequencePart part{&cache, ids + from, std::min(chunk, count - from)};
        StepKernels kernels(config);
        model.decoder.forward(&part, 1, Outputs::ALL, kernels, space, *sharedWorkers(), logits + from * config.vocabSize, trace);
        cache.commit(part.rows);
    }
    if (!allFinite(logits, count * config.vocabSize)) {
        throw Error(LLS_NUMERIC, std::string(function) + ": the logits hold NaN or infinity",
                    "an implementation, or the model's weights, gave no number",
                    "choose other implementations with lls_use, or another model");
    }
}

class Visitor : public Trace {
public:
    using Visit = void (*)(void*, const char*, const float*, const int64_t*, int32_t);
    Visitor(Visit visit, void* self) : visit_(visit), self_(self) {}

    void show(const std::string& place, const float* data, std::initializer_list<int64_t> extents) override {
        visit_(self_, place.c_str(), data, extents.begin(), static_cast<int32_t>(extents.size()));
    }

private:
    Visit visit_;
    void* self_;
};

void tell(const Model& model, lls_model_config* told) {
    const ModelConfig& config = model.config();
    *told = {};
    std::strncpy(told->family, config.family.c_str(), sizeof told->family - 1);
    told->vocab_size = static_cast<int32_t>(config.vocabSize);
    told->context_length = static_cast<int32_t>(config.contextLength);
    told->embedding_dim = static_cast<int32_t>(config.embeddingDim);
    told->num_layers = static_cast<int32_t>(config.numLayers);
    told->num_heads = static_cast<int32_t>(config.numHeads);
    told->num_kv_heads = static_cast<int32_t>(config.numKvHeads);
    told->head_dim = static_cast<int32_t>(config.headDim);
    told->hidden_dim = static_cast<int32_t>(config.hiddenDim);
    told->norm_eps = config.normEps;
    told->rope_theta = config.ropeTheta;
    told->tied = config.tied;
    told->has_biases = config.qkvBias() || config.networkBias();
    told->interleaved = config.interleaved;
    told->parameters = parameterCount(config);
    told->bytes = model.decoder.weights().bytes();
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_model_load(const char* path, const char* type, lls_handle* model) {
    return guarded([&] {
        requireNotNull(path, "lls_model_load", "path");
        requireNotNull(model, "lls_model_load", "model");
        heldType(type);
        *model = models().add(modelOf(readModel(path), type));
    });
}

lls_status lls_model_load_bytes(const void* bytes, int64_t count, const char* format, const char* config_json, const char* type, lls_handle* model) {
    return guarded([&] {
        requireNotNull(bytes, "lls_model_load_bytes", "bytes");
        requireNotNull(format, "lls_model_load_bytes", "format");
        requireNotNull(model, "lls_model_load_bytes", "model");
        if (count < 0) {
            throw Error(LLS_INVALID, "lls_model_load_bytes got " + std::to_string(count) + " bytes", "no memory has that size",
                        "pass a size from 0 on");
        }
        heldType(type);
        Bytes file{static_cast<const uint8_t*>(bytes), count};
        std::shared_ptr<Model> loaded = modelOf(readModelBytes(file, format, config_json), type);
        if (std::string(format) == "gguf") {
            adoptTokenizer(*loaded, [&] { return tokenizerOf(vocabularyOf(GgufHeader(file, "the gguf bytes"))); });
        }
        *model = models().add(loaded);
    });
}

lls_status lls_model_random(const lls_model_config* config, const char* type, uint64_t seed, lls_handle* model) {
    return guarded([&] {
        requireNotNull(config, "lls_model_random", "config");
        requireNotNull(model, "lls_model_random", "model");
        ModelConfig shape = configOf(*config);
        *model = models().add(std::make_shared<Model>(shape, randomWeights(shape, heldType(type), seed)));
    });
}

lls_status lls_model_config_of(lls_handle model, lls_model_config* config) {
    return guarded([&] {
        requireNotNull(config, "lls_model_config_of", "config");
        tell(*models().get(model), config);
    });
}

lls_status lls_model_tokenizer(lls_handle model, lls_handle* tokenizer) {
    return guarded([&] {
        requireNotNull(tokenizer, "lls_model_tokenizer", "tokenizer");
        std::shared_ptr<Model> from = models().get(model);
        if (!from->tokenizer && from->tokenizerPath.empty()) {
            throw Error(LLS_NOT_FOUND, "no tokenizer came with the model", "its file carries none, and none lies beside it",
                        "load one with lls_tokenizer_load");
        }
        // One that was not taken is read again, which says why.
        *tokenizer = tokenizers().add(from->tokenizer ? from->tokenizer : readTokenizer(from->tokenizerPath));
    });
}

lls_status lls_model_logits(lls_handle model, const int32_t* ids, int64_t count, float* logits) {
    return guarded([&] { readAll(*models().get(model), ids, count, logits, nullptr, "lls_model_logits"); });
}

lls_status lls_model_trace(lls_handle model, const int32_t* ids, int64_t count, float* logits,
                           void (*visit)(void* self, const char* hook, const float* data, const int64_t* extents, int32_t rank), void* self) {
    return guarded([&] {
        requireNotNull(reinterpret_cast<const void*>(visit), "lls_model_trace", "visit");
        Visitor visitor(visit, self);
        readAll(*models().get(model), ids, count, logits, &visitor, "lls_model_trace");
    });
}

lls_status lls_model_close(lls_handle model) {
    return guarded([&] { models().close(model); });
}

}  // extern "C"
