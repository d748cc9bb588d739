#include "engine/files/llama2c.h"

#include <cstdlib>

#include "engine/core/error.h"
#include "engine/files/findings.h"

namespace llmsys {

namespace {

constexpr int32_t MAGIC = 0x616b3432;
constexpr int64_t LEGACY_BYTES = 28;
constexpr int64_t HEADER_BYTES = 256;
constexpr int64_t MOST = 1 << 24;
constexpr int64_t MOST_TOKENS = 1 << 20;

struct Header {
    int32_t version;
    int32_t numbers[7];          // C F L NH NKV V contextLength
    bool shared;
    int32_t group;
};

Header readHeader(Bytes file, Findings& findings) {
    Header header{};
    if (file.size < LEGACY_BYTES) {
        findings.add("it has " + std::to_string(file.size) + " bytes, fewer than its header");
        return header;
    }
    bool legacy = file.at<int32_t>(0) != MAGIC;
    header.version = legacy ? 0 : file.at<int32_t>(4);
    if (!legacy && (header.version < 1 || header.version > 2 || file.size < HEADER_BYTES)) {
        findings.add(file.size < HEADER_BYTES ? "it ends inside its header"
                                              : "it has version " + std::to_string(header.version) + "; versions 0, 1 and 2 are read here");
        return header;
    }
    for (int i = 0; i < 7; i++) {
        header.numbers[i] = file.at<int32_t>((legacy ? 0 : 8) + 4 * i);
    }
    int32_t& vocab = header.numbers[5];
    header.shared = legacy ? vocab > 0 : file.at<uint8_t>(36) != 0;
    vocab = legacy && vocab > INT32_MIN ? std::abs(vocab) : vocab;
    header.group = header.version == 2 ? file.at<int32_t>(37) : 1;

    const char* names[] = {"dimension", "hidden dimension", "number of layers", "number of heads", "number of key and value heads", "vocabulary",
                           "context length"};
    for (int i = 0; i < 7; i++) {
        int64_t most = i == 2 ? 1024 : i == 5 ? MOST_TOKENS : MOST;
        if (header.numbers[i] < 1 || header.numbers[i] > most) {
            findings.add("its " + std::string(names[i]) + " is " + std::to_string(header.numbers[i]) + ", not a number from 1 to "
                         + std::to_string(most));
        }
    }
    if (header.group < 1 || header.group > MOST) {
        findings.add("its group size is " + std::to_string(header.group) + ", not a number from 1 to " + std::to_string(MOST));
    }
    const int32_t* n = header.numbers;
    if (findings.none() && (n[0] % n[3] != 0 || n[0] / n[3] % 2 != 0 || n[3] % n[4] != 0)) {
        findings.add(std::to_string(n[0]) + " features, " + std::to_string(n[3]) + " heads and " + std::to_string(n[4])
                     + " heads of keys and values do not go into each other in pairs");
    }
    return header;
}

ModelConfig configOf(const Header& header) {
    ModelConfig config;
    config.family = "llama";
    config.embeddingDim = header.numbers[0];
    config.hiddenDim = header.numbers[1];
    config.numLayers = header.numbers[2];
    config.numHeads = header.numbers[3];
    config.numKvHeads = header.numbers[4];
    config.vocabSize = header.numbers[5];
    config.contextLength = header.numbers[6];
    config.headDim = config.embeddingDim / config.numHeads;
    config.tied = header.shared;
    config.normalization = "rmsnorm";
    config.position = "rope";
    config.activation = "silu";
    config.gated = true;
    config.interleaved = true;
    return config;
}

// Where each tensor lies. No product here reaches 2^63: extents are below 2^24, layers below 2^11. Offsets come first, addresses when the length is
// right.
class Layout {
public:
    Layout(const ModelConfig& config, const Header& header, Findings& findings) : config_(config), header_(header), findings_(findings) {
        at_ = header.version == 0 ? LEGACY_BYTES : HEADER_BYTES;
        if (header.version == 0) {
            matrix("model.embed_tokens.weight", config.vocabSize, config.embeddingDim);
            norms("input_layernorm");
            attention();
            norms("post_attention_layernorm");
            network();
            vector("model.norm.weight");
            at_ += config.contextLength * config.headDim * 4;           // what every program computes itself
        } else {
            norms("input_layernorm");
            norms("post_attention_layernorm");
            vector("model.norm.weight");
            matrix("model.embed_tokens.weight", config.vocabSize, config.embeddingDim);
            attention();
            network();
        }
        if (!header.shared) {
            matrix("lm_head.weight", config.vocabSize, config.embeddingDim);
        }
    }

    int64_t bytes() const { return at_; }

    std::vector<FileTensor> placed(Bytes file) {
        for (size_t i = 0; i < tensors_.size(); i++) {
            tensors_[i].data = file.data + begins_[i];
        }
        return std::move(tensors_);
    }

private:
    void norms(const char* name) {
        for (int64_t i = 0; i < config_.numLayers; i++) {
            vector("model.layers." + std::to_string(i) + "." + name + ".weight");
        }
    }

    void attention() {
        int64_t c = config_.embeddingDim;
        int64_t kv = config_.numKvHeads * config_.headDim;
        matrices("self_attn.q_proj", c, c);
        matrices("self_attn.k_proj", kv, c);
        matrices("self_attn.v_proj", kv, c);
        matrices("self_attn.o_proj", c, c);
    }

    void network() {
        matrices("mlp.gate_proj", config_.hiddenDim, config_.embeddingDim);
        matrices("mlp.down_proj", config_.embeddingDim, config_.hiddenDim);
        matrices("mlp.up_proj", config_.hiddenDim, config_.embeddingDim);
    }

    void matrices(const char* name, int64_t out, int64_t in) {
        for (int64_t i = 0; i < config_.numLayers; i++) {
            matrix("model.layers." + std::to_string(i) + "." + name + ".weight", out, in);
        }
    }

    void vector(const std::string& name) { add(name, {config_.embeddingDim}, false); }
    void matrix(const std::string& name, int64_t out, int64_t in) { add(name, {out, in}, header_.version == 2); }

    void add(const std::string& name, std::vector<int64_t> extents, bool quantized) {
        FileTensor tensor;
        tensor.name = name;
        tensor.extents = std::move(extents);
        int64_t size = tensor.size();
        begins_.push_back(at_);
        if (quantized) {
            if (size % header_.group != 0) {
                findings_.add(quoted(name) + " has " + std::to_string(size) + " numbers, not whole groups of " + std::to_string(header_.group));
            }
            tensor.scales = size;
            tensor.group = header_.group;
            at_ += size + size / header_.group * 4;
        } else {
            at_ += size * 4;
        }
        tensors_.push_back(std::move(tensor));
    }

    const ModelConfig& config_;
    const Header& header_;
    Findings& findings_;
    std::vector<FileTensor> tensors_;
    std::vector<int64_t> begins_;
    int64_t at_;
};

bool finite(const FileTensor& tensor) {
    return tensor.scales < 0 ? allFinite(Element::F32, tensor.data, tensor.size())
                             : allFinite(Element::F32, tensor.data + tensor.scales, tensor.size() / tensor.group);
}

// How many tokens a llama2.c tokenizer holds, or -1 when it is no such file.
int64_t entriesOf(Bytes file) {
    int64_t at = 4;
    int64_t count = 0;
    while (at < file.size) {
        if (file.size - at < 8) {
            return -1;
        }
        int32_t length = file.at<int32_t>(at + 4);
        if (length < 0 || length > file.size - at - 8) {
            return -1;
        }
        at += 8 + length;
        count++;
    }
    return at == file.size ? count : -1;
}

}  // namespace

ModelFile readLlama2c(Bytes file, const std::string& name) {
    Findings findings;
    Header header = readHeader(file, findings);
    findings.refuse(name);
    ModelFile model;
    model.name = name;
    model.config = configOf(header);
    Layout layout(model.config, header, findings);
    findings.refuse(name);
    if (layout.bytes() != file.size) {
        findings.add("it has " + std::to_string(file.size) + " bytes where its header asks for " + std::to_string(layout.bytes()));
    }
    findings.refuse(name);
    model.tensors = layout.placed(file);
    for (const FileTensor& tensor : model.tensors) {
        if (!finite(tensor)) {
            findings.add(quoted(tensor.name) + " holds NaN or an infinity (its data begins at byte " + std::to_string(tensor.data - file.data) + ")");
        }
    }
    findings.refuse(name);
    model.config.check();
    return model;
}

std::string llama2cTokenizerBeside(const std::string& model, int64_t vocabSize) {
    std::string folder = folderOf(model);
    std::vector<std::string> names{"tokenizer.bin"};
    int looked = 0;
    for (const std::string& each : namesIn(folder, 4096)) {
        if (each.compare(0, 3, "tok") == 0 && endsWith(each, ".bin") && looked++ < 100) {
            names.push_back(each);
        }
    }
    for (const std::string& each : names) {
        std::string path = joined(folder, each);
        if (!isFile(path)) {
            continue;
        }
        try {
            MappedFile file(path);
            if (file.bytes().size <= (64 << 20) && entriesOf(file.bytes()) == vocabSize) {
                return path;
            }
        } catch (const Error&) {
            continue;                        // one that cannot be read is none
        }
    }
    return "";
}

}  // namespace llmsys
