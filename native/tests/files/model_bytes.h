// Files of models as bytes, put together by hand: what the readers are tested with.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace llmsys::test {

class ByteWriter {
public:
    template <typename T>
    ByteWriter& number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    ByteWriter& raw(const std::string& bytes) {
        bytes_ += bytes;
        return *this;
    }
    // as GGUF has texts
    ByteWriter& text(const std::string& text) { return number<uint64_t>(text.size()).raw(text); }
    ByteWriter& pad(size_t alignment) {
        bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0');
        return *this;
    }
    size_t size() const { return bytes_.size(); }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

struct NamedData {
    std::string name;
    std::vector<int64_t> extents;     // outermost first
    uint32_t type;                    // GGUF's number
    std::string data;
};

inline std::string floats(size_t count, float from, float step) {
    std::string bytes(count * 4, '\0');
    for (size_t i = 0; i < count; i++) {
        float value = from + step * static_cast<float>(static_cast<int64_t>(i * 2654435761u % 199) - 99);
        std::memcpy(bytes.data() + 4 * i, &value, 4);
    }
    return bytes;
}

class GgufWriter {
public:
    void key(const std::string& name, uint32_t type, const std::string& value) {
        keys_.text(name).number(type).raw(value);
        count_++;
    }
    void text(const std::string& name, const std::string& value) { key(name, 8, ByteWriter().text(value).bytes()); }
    void u32(const std::string& name, uint32_t value) { key(name, 4, ByteWriter().number(value).bytes()); }
    void f32(const std::string& name, float value) { key(name, 6, ByteWriter().number(value).bytes()); }
    void tensor(NamedData tensor) { tensors_.push_back(std::move(tensor)); }
    std::vector<NamedData>& tensors() { return tensors_; }

    std::string bytes(uint32_t version = 3) const {
        ByteWriter out;
        out.raw("GGUF").number(version).number<uint64_t>(tensors_.size()).number<uint64_t>(count_).raw(keys_.bytes());
        uint64_t offset = 0;
        for (const NamedData& tensor : tensors_) {
            out.text(tensor.name).number<uint32_t>(static_cast<uint32_t>(tensor.extents.size()));
            for (auto extent = tensor.extents.rbegin(); extent != tensor.extents.rend(); ++extent) {
                out.number<int64_t>(*extent);
            }
            out.number<uint32_t>(tensor.type).number<uint64_t>(offset);
            offset += (tensor.data.size() + 31) / 32 * 32;
        }
        out.pad(32);
        for (const NamedData& tensor : tensors_) {
            out.raw(tensor.data).pad(32);
        }
        return out.bytes();
    }

private:
    ByteWriter keys_;
    uint64_t count_ = 0;
    std::vector<NamedData> tensors_;
};

// V 11, C 8, L 2, NH 4, NKV 2, HS 2, F 12, context 16; F32
inline GgufWriter tinyLlama() {
    GgufWriter file;
    file.text("general.architecture", "llama");
    file.u32("llama.embedding_length", 8);
    file.u32("llama.block_count", 2);
    file.u32("llama.attention.head_count", 4);
    file.u32("llama.attention.head_count_kv", 2);
    file.u32("llama.feed_forward_length", 12);
    file.u32("llama.context_length", 16);
    file.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    auto add = [&](const std::string& name, std::vector<int64_t> extents) {
        size_t size = 1;
        for (int64_t extent : extents) {
            size *= static_cast<size_t>(extent);
        }
        bool norm = extents.size() == 1;
        file.tensor({name + ".weight", extents, 0, floats(size, norm ? 1.0f : 0.0f, norm ? 0.001f : 0.004f)});
    };
    add("token_embd", {11, 8});
    for (int i = 0; i < 2; i++) {
        std::string block = "blk." + std::to_string(i) + ".";
        add(block + "attn_norm", {8});
        add(block + "attn_q", {8, 8});
        add(block + "attn_k", {4, 8});
        add(block + "attn_v", {4, 8});
        add(block + "attn_output", {8, 8});
        add(block + "ffn_norm", {8});
        add(block + "ffn_gate", {12, 8});
        add(block + "ffn_up", {12, 8});
        add(block + "ffn_down", {8, 12});
    }
    add("output_norm", {8});
    return file;
}

// header text and data as they are
inline std::string safetensors(const std::string& header, const std::string& data) {
    return ByteWriter().number<uint64_t>(header.size()).raw(header).raw(data).bytes();
}

// GPT-2 of V 11, C 8, L 1, NH 2, context 16, F32
struct TinyGpt2 {
    std::string config = R"({"model_type": "gpt2", "vocab_size": 11, "n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2})";
    std::vector<NamedData> tensors;

    TinyGpt2() {
        add("wte.weight", {11, 8});
        add("wpe.weight", {16, 8});
        both("h.0.ln_1", {8}, 8);
        both("h.0.attn.c_attn", {8, 24}, 24);
        both("h.0.attn.c_proj", {8, 8}, 8);
        both("h.0.ln_2", {8}, 8);
        both("h.0.mlp.c_fc", {8, 32}, 32);
        both("h.0.mlp.c_proj", {32, 8}, 8);
        both("ln_f", {8}, 8);
    }

    // padding: of the header; 1 lets the data begin anywhere
    std::string bytes(size_t padding = 8) const {
        std::string header = "{\"__metadata__\": {\"format\": \"pt\"}";
        std::string data;
        for (const NamedData& tensor : tensors) {
            header += ", \"" + tensor.name + "\": {\"dtype\": \"F32\", \"shape\": [";
            for (size_t i = 0; i < tensor.extents.size(); i++) {
                header += (i == 0 ? "" : ", ") + std::to_string(tensor.extents[i]);
            }
            header += "], \"data_offsets\": [" + std::to_string(data.size()) + ", " + std::to_string(data.size() + tensor.data.size()) + "]}";
            data += tensor.data;
        }
        header += "}";
        header.resize((header.size() + padding - 1) / padding * padding, ' ');
        return safetensors(header, data);
    }

private:
    void add(const std::string& name, std::vector<int64_t> extents) {
        size_t size = 1;
        for (int64_t extent : extents) {
            size *= static_cast<size_t>(extent);
        }
        tensors.push_back({name, extents, 0, floats(size, name.find("ln_") != std::string::npos ? 1.0f : 0.0f, 0.003f)});
    }
    void both(const std::string& name, std::vector<int64_t> extents, int64_t bias) {
        add(name + ".weight", std::move(extents));
        tensors.push_back({name + ".bias", {bias}, 0, floats(static_cast<size_t>(bias), 0, 0.001f)});
    }
};

// llama2.c of C 8, F 12, L 2, NH 4, NKV 2, V 11, context 16
inline std::string llama2c(int version, bool shared = true, int32_t group = 4) {
    ByteWriter out;
    int32_t numbers[7] = {8, 12, 2, 4, 2, version == 0 && !shared ? -11 : 11, 16};
    if (version > 0) {
        out.number<int32_t>(0x616b3432).number<int32_t>(version);
    }
    for (int32_t each : numbers) {
        out.number(each);
    }
    if (version > 0) {
        out.number<uint8_t>(shared ? 1 : 0);
        if (version == 2) {
            out.number(group);
        }
        out.pad(256);
    }
    auto vectors = [&](size_t count) { out.raw(floats(count * 8, 1, 0.001f)); };
    auto matrices = [&](size_t count, size_t size) {
        for (size_t i = 0; i < count; i++) {
            if (version < 2) {
                out.raw(floats(size, 0, 0.004f));
            } else {
                for (size_t j = 0; j < size; j++) {
                    out.number<int8_t>(static_cast<int8_t>(j * 2654435761u % 199 - 99));
                }
                out.raw(floats(size / static_cast<size_t>(group), 0.01f, 0));
            }
        }
    };
    auto attention = [&] {
        matrices(2, 64);
        matrices(2, 32);
        matrices(2, 32);
        matrices(2, 64);
    };
    if (version == 0) {
        matrices(1, 88);
        vectors(2);
        attention();
        vectors(2);
        matrices(6, 96);
        vectors(1);
        out.raw(floats(16 * 2, 0, 1));
    } else {
        vectors(5);
        matrices(1, 88);
        attention();
        matrices(6, 96);
    }
    if (!shared) {
        matrices(1, 88);
    }
    return out.bytes();
}

}  // namespace llmsys::test
