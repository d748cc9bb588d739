// Every kind of model computes what a plain decoder in double does; a row is the same to the bit alone, in a chunk, in a batch, with more threads.
#include <functional>
#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/core/surface.h"
#include "tests/transformer/reference_decoder.h"
#include "tests/transformer/small_models.h"

using namespace llmsys;
using namespace llmsys::test;

namespace {

std::vector<int32_t> someIds(int64_t count, int64_t vocabSize, uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::vector<int32_t> ids(static_cast<size_t>(count));
    for (int32_t& id : ids) {
        id = static_cast<int32_t>(random() % static_cast<uint64_t>(vocabSize));
    }
    return ids;
}

// Logits of all rows, read in pieces of these sizes.
std::vector<float> read(const Decoder& decoder, const std::vector<int32_t>& ids, const std::vector<int64_t>& pieces, int threads = 2) {
    const ModelConfig& config = decoder.config();
    std::vector<float> logits(ids.size() * static_cast<size_t>(config.vocabSize));
    KvCache cache(config, static_cast<int64_t>(ids.size()));
    StepMemory space(config);
    Workers workers(threads);
    StepKernels kernels(config);
    int64_t from = 0;
    for (int64_t piece : pieces) {
        SequencePart part{&cache, ids.data() + from, piece};
        decoder.forward(&part, 1, Outputs::ALL, kernels, space, workers, logits.data() + from * config.vocabSize);
        cache.commit(piece);
        from += piece;
    }
    return logits;
}

struct Kind {
    const char* name;
    ModelConfig config;
};

std::vector<Kind> kinds() {
    std::vector<Kind> all;
    auto llama = [&](const char* name, const std::function<void(ModelConfig&)>& change) {
        all.push_back({name, llamaConfig()});
        change(all.back().config);
    };
    auto gpt2 = [&](const char* name, const std::function<void(ModelConfig&)>& change) {
        all.push_back({name, gpt2Config()});
        change(all.back().config);
    };
    llama("llama", [](ModelConfig&) {});
    llama("interleaved, tied", [](ModelConfig& c) { c.interleaved = c.tied = true; });
    llama("multi-query", [](ModelConfig& c) { c.numKvHeads = 1; });
    llama("qwen biases", [](ModelConfig& c) { c.attentionBiases = AttentionBiases::QKV; });
    llama("all biases", [](ModelConfig& c) { c.attentionBiases = AttentionBiases::ALL; c.feedForwardBiases = true; });
    llama("wide heads", [](ModelConfig& c) { c.headDim = 10; });
    llama("window", [](ModelConfig& c) { c.window = 5; });
    llama("linear", [](ModelConfig& c) { c.scaling.kind = RotaryScaling::Kind::LINEAR; c.scaling.factor = 3; });
    llama("ntk", [](ModelConfig& c) { c.scaling.kind = RotaryScaling::Kind::NTK; c.scaling.factor = 3; });
    llama("llama3", [](ModelConfig& c) { c.scaling.kind = RotaryScaling::Kind::LLAMA3; c.scaling.factor = 8; c.scaling.original = 16; });
    llama("yarn", [](ModelConfig& c) {
        c.scaling.kind = RotaryScaling::Kind::YARN;
        c.scaling.factor = 4;
        c.scaling.original = 16;
        c.scaling.magnitude = RotaryScaling::usualMagnitude(4, 1);
    });
    gpt2("gpt2", [](ModelConfig&) {});
    gpt2("own output, gelu", [](ModelConfig& c) { c.tied = false; c.activation = "gelu"; });
    gpt2("no biases", [](ModelConfig& c) { c.biases = false; });
    gpt2("sinusoidal, relu", [](ModelConfig& c) { c.position = "sinusoidal"; c.activation = "relu"; });
    gpt2("by distance", [](ModelConfig& c) { c.position = "alibi"; });
    gpt2("gated, rotary", [](ModelConfig& c) { c.gated = true; c.position = "rope"; c.activation = "silu"; c.numKvHeads = 2; });
    gpt2("one of all", [](ModelConfig& c) { c.embeddingDim = c.numHeads = c.numKvHeads = c.headDim = c.hiddenDim = c.numLayers = c.vocabSize = 1; });
    return all;
}

}  // namespace

TEST(Decoder, ComputesWhatAPlainOneDoes) {
    for (const Kind& kind : kinds()) {
        SCOPED_TRACE(kind.name);
        SmallModel model(kind.config);
        Decoder decoder = model.decoder();
        ReferenceDecoder reference(model.file);
        std::vector<int32_t> ids = someIds(27, kind.config.vocabSize);
        std::vector<float> logits = read(decoder, ids, {13, 1, 1, 12});
        double largest = 0;
        double difference = 0;
        for (size_t t = 0; t < ids.size(); t++) {
            Row expected = reference.next(ids[t]);
            for (size_t v = 0; v < expected.size(); v++) {
                largest = std::max(largest, std::fabs(expected[v]));
                difference = std::max(difference, std::fabs(expected[v] - static_cast<double>(logits[t * expected.size() + v])));
            }
        }
        EXPECT_LT(difference, 2e-5 * std::max(1.0, largest));
    }
}

TEST(Decoder, TheLastRowsAloneAreThoseOfAll) {
    for (const Kind& kind : kinds()) {
        SCOPED_TRACE(kind.name);
        SmallModel model(kind.config);
        Decoder decoder = model.decoder();
        std::vector<int32_t> ids = someIds(17, kind.config.vocabSize);
        std::vector<float> all = read(decoder, ids, {17});
        size_t v = static_cast<size_t>(kind.config.vocabSize);
        std::vector<float> last(v);
        KvCache cache(kind.config, 17);
        StepMemory space(kind.config);
        Workers workers(1);
        StepKernels kernels(kind.config);
        SequencePart part{&cache, ids.data(), 17};
        decoder.forward(&part, 1, Outputs::LAST, kernels, space, workers, last.data());
        for (size_t i = 0; i < v; i++) {
            EXPECT_NEAR(last[i], all[16 * v + i], 2e-5);
        }
    }
}

TEST(Decoder, ARowDoesNotDependOnThreads) {
    SmallModel model(llamaConfig());
    Decoder decoder = model.decoder();
    std::vector<int32_t> ids = someIds(39, 53);
    std::vector<float> one = read(decoder, ids, {39}, 1);
    for (int threads : {2, 3, 5}) {
        EXPECT_EQ(read(decoder, ids, {39}, threads), one);
    }
}

TEST(Decoder, EachSequenceOfABatchIsAsAlone) {
    for (std::optional<lls_dtype> type : {std::optional<lls_dtype>(), std::optional(LLS_Q8_0), std::optional(LLS_Q4_0), std::optional(LLS_F16)}) {
        ModelConfig config = llamaConfig();
        config.embeddingDim = 32;
        config.headDim = 8;
        config.hiddenDim = 64;
        SmallModel model(config);
        Decoder decoder = model.decoder(type);
        size_t v = static_cast<size_t>(config.vocabSize);
        std::vector<int64_t> prompts = {5, 1, 13, 2, 1, 9, 3, 1, 1};
        Workers workers(2);
        StepKernels kernels(config);
        StepMemory space(config);
        std::vector<KvCache> together;
        std::vector<SequencePart> parts;
        std::vector<std::vector<int32_t>> ids;
        for (size_t i = 0; i < prompts.size(); i++) {
            together.emplace_back(config, 20);
            ids.push_back(someIds(20, config.vocabSize, i));
        }
        std::vector<std::vector<float>> rows(prompts.size());
        std::vector<float> logits(prompts.size() * v);
        std::vector<KvCache> alone;
        for (size_t i = 0; i < prompts.size(); i++) {
            alone.emplace_back(config, 20);
        }
        for (int64_t step = 0; step < 4; step++) {               // the prompts, then three tokens
            parts.clear();
            for (size_t i = 0; i < prompts.size(); i++) {
                parts.push_back({&together[i], ids[i].data() + together[i].length(), step == 0 ? prompts[i] : 1});
            }
            decoder.forward(parts.data(), static_cast<int64_t>(parts.size()), Outputs::LAST, kernels, space, workers, logits.data());
            for (size_t i = 0; i < prompts.size(); i++) {
                together[i].commit(parts[i].rows);
                SequencePart part{&alone[i], parts[i].ids, parts[i].rows};
                std::vector<float> row(v);
                decoder.forward(&part, 1, Outputs::LAST, kernels, space, workers, row.data());
                alone[i].commit(part.rows);
                const float* shared = logits.data() + i * v;
                EXPECT_EQ(row, std::vector<float>(shared, shared + v))
                    << "sequence " << i << " step " << step << " type " << (type ? *type : -1);
            }
        }
    }
}

TEST(Decoder, NarrowMatricesComputeNearlyTheSame) {
    ModelConfig config = llamaConfig();
    config.embeddingDim = 64;
    config.headDim = 16;
    config.hiddenDim = 96;
    SmallModel model(config);
    std::vector<int32_t> ids = someIds(9, config.vocabSize);
    std::vector<float> wide = read(model.decoder(), ids, {9});
    double largest = 0;
    for (float each : wide) {
        largest = std::max(largest, static_cast<double>(std::fabs(each)));
    }
    struct {
        lls_dtype type;
        double tolerance;
    } types[] = {{LLS_F32, 0}, {LLS_F16, 5e-3}, {LLS_BF16, 4e-2}, {LLS_Q8_0, 6e-2}, {LLS_Q4_0, 6e-1}};
    for (const auto& each : types) {
        Decoder decoder = model.decoder(each.type);
        EXPECT_EQ(decoder.weights().blocks[0].up.matrix->type(), each.type);
        EXPECT_EQ(decoder.weights().table->type(), LLS_F32);                 // a table that is only looked up keeps its type
        std::vector<float> narrow = read(decoder, ids, {9});
        double difference = 0;
        for (size_t i = 0; i < wide.size(); i++) {
            difference = std::max(difference, static_cast<double>(std::fabs(wide[i] - narrow[i])));
        }
        EXPECT_LE(difference, each.tolerance * largest) << each.type;
    }
}

TEST(Weights, AllThatDoesNotFitIsListedAtOnce) {
    SmallModel model(gpt2Config());
    auto refusal = [](const ModelFile& file) -> std::string {
        try {
            NamedTensors tensors(file);
            return "";
        } catch (const Error& e) {
            EXPECT_EQ(e.status(), LLS_FILE);
            return e.what();
        }
    };
    EXPECT_EQ(refusal(model.file), "");
    ModelFile prefixed = model.file;
    for (FileTensor& tensor : prefixed.tensors) {
        tensor.name = "transformer." + tensor.name;
    }
    FileTensor mask;
    mask.name = "transformer.h.0.attn.bias";
    mask.extents = {1, 1, 4, 4};
    mask.type = Element::U8;
    prefixed.tensors.push_back(mask);
    EXPECT_EQ(refusal(prefixed), "");
    ModelFile wrong = model.file;
    wrong.tensors[0].type = Element::I32;
    wrong.tensors[1].extents = {3, 8};
    wrong.tensors[2].name = "h.0.ln_9.weight";
    std::string why = refusal(wrong);
    for (const char* each : {"wrong type: wte.weight", "wrong shape: wpe.weight is (3,8), the configuration asks for (40,24)",
                             "missing: h.0.ln_1.weight (24)",
                             "extra: \"h.0.ln_9.weight\" (24)"}) {
        EXPECT_NE(why.find(each), std::string::npos) << each << " in " << why;
    }
    ModelFile tied = model.file;
    tied.tensors.push_back(tied.tensors[0]);
    tied.tensors.back().name = "lm_head.weight";
    EXPECT_EQ(refusal(tied), "");                                            // the same table again
    std::vector<float> other(static_cast<size_t>(tied.tensors[0].size()), 1.0f);
    tied.tensors.back().data = reinterpret_cast<const uint8_t*>(other.data());
    EXPECT_NE(refusal(tied).find("differs from wte.weight"), std::string::npos);
    ModelFile none = model.file;
    none.tensors.clear();
    EXPECT_NE(refusal(none).find("and "), std::string::npos);
}

TEST(RandomWeights, AreAFunctionOfTheSeed) {
    ModelConfig config = llamaConfig();
    std::vector<int32_t> ids = someIds(5, config.vocabSize);
    std::vector<float> first = read(Decoder(config, randomWeights(config, std::nullopt, 1)), ids, {5});
    EXPECT_EQ(read(Decoder(config, randomWeights(config, std::nullopt, 1)), ids, {5}), first);
    EXPECT_NE(read(Decoder(config, randomWeights(config, std::nullopt, 2)), ids, {5}), first);
    EXPECT_EQ(parameterCount(gpt2Config()), 53 * 24 + 40 * 24 + 3 * (4 * 24 + 24 * 72 + 72 + 24 * 24 + 24 + 2 * 24 * 37 + 37 + 24) + 2 * 24);
}
