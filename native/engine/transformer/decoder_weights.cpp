#include "engine/transformer/decoder_weights.h"

#include "engine/transformer/arrangement.h"
#include "engine/transformer/weight_names.h"

namespace llmsys {

namespace {

using Parts = std::vector<const FileTensor*>;

class Reader {
public:
    Reader(const ModelFile& file, std::optional<lls_dtype> type) : config_(file.config), type_(type), tensors_(file) {}

    DecoderWeights read() {
        DecoderWeights weights;
        const FileTensor& table = tensors_.at(tableName(config_) + ".weight");
        weights.table = std::make_unique<WeightMatrix>(arranged({&table}, false, config_.tied ? type_ : std::nullopt));
        if (config_.position == "learned") {
            weights.positions = gathered({&tensors_.at("wpe.weight")});
        }
        for (int64_t i = 0; i < config_.numLayers; i++) {
            weights.blocks.push_back(block(blockNames(config_, i)));
        }
        weights.finalNorm = norm(finalNormName(config_));
        if (!config_.tied) {
            weights.output = std::make_unique<WeightMatrix>(arranged({&tensors_.at("lm_head.weight")}, false, type_));
        }
        return weights;
    }

private:
    BlockWeights block(const BlockNames& names) {
        BlockWeights block;
        block.norm1 = norm(names.norm1);
        block.qkv = names.qkv.empty() ? linear({names.q, names.k, names.v}, config_.qkvBias()) : linear({names.qkv}, config_.qkvBias());
        block.o = linear({names.o}, config_.outputBias());
        block.norm2 = norm(names.norm2);
        block.up = config_.gated ? linear({names.gate, names.up}, config_.networkBias()) : linear({names.up}, config_.networkBias());
        block.down = linear({names.down}, config_.networkBias());
        return block;
    }

    LinearWeights linear(const std::vector<std::string>& names, bool bias) {
        Parts matrices;
        Parts biases;
        for (const std::string& name : names) {
            matrices.push_back(&tensors_.at(name + ".weight"));
            if (bias) {
                biases.push_back(&tensors_.at(name + ".bias"));
            }
        }
        LinearWeights linear;
        linear.matrix = std::make_unique<WeightMatrix>(arranged(matrices, config_.family == "gpt2", type_));
        if (bias) {
            linear.bias = gathered(biases);
        }
        return linear;
    }

    NormWeights norm(const std::string& name) {
        NormWeights norm;
        norm.gamma = gathered({&tensors_.at(name + ".weight")});
        if (config_.biases) {
            norm.beta = gathered({&tensors_.at(name + ".bias")});
        }
        return norm;
    }

    const ModelConfig& config_;
    std::optional<lls_dtype> type_;
    NamedTensors tensors_;
};

int64_t bytesOf(const NormWeights& norm) { return norm.gamma.bytes() + norm.beta.bytes(); }

}  // namespace

int64_t DecoderWeights::bytes() const noexcept {
    int64_t total = table->bytes() + positions.bytes() + bytesOf(finalNorm) + (output ? output->bytes() : 0);
    for (const BlockWeights& block : blocks) {
        total += bytesOf(block.norm1) + block.qkv.bytes() + block.o.bytes() + bytesOf(block.norm2) + block.up.bytes() + block.down.bytes();
    }
    return total;
}

DecoderWeights readWeights(const ModelFile& file, std::optional<lls_dtype> type) { return Reader(file, type).read(); }

int64_t parameterCount(const ModelConfig& config) {
    int64_t count = 0;
    for (const ExpectedTensor& tensor : expectedTensors(config)) {
        int64_t size = 1;
        for (int64_t extent : tensor.extents) {
            size *= extent;
        }
        count += size;
    }
    return count;
}

}  // namespace llmsys
