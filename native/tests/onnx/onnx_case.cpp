#include "tests/onnx/onnx_case.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace {

constexpr size_t MOST_BYTES = size_t{16} << 20;

[[noreturn]] void damaged(const std::string& path, const std::string& why) {
    throw llmsys::Error(LLS_FILE, "cannot read the case " + path, why, "take the file from the ONNX tests again");
}

template <typename T>
void widen(const char* from, std::vector<double>& to) {
    for (size_t i = 0; i < to.size(); i++) {
        T value;
        std::memcpy(&value, from + i * sizeof(T), sizeof(T));
        to[i] = static_cast<double>(value);
    }
}

using Widen = void (*)(const char*, std::vector<double>&);
struct Type {
    const char* name;
    size_t bytes;
    Widen widen;
};
constexpr Type TYPES[] = {
    {"F32", 4, widen<float>},   {"F64", 8, widen<double>},   {"I64", 8, widen<int64_t>}, {"I32", 4, widen<int32_t>},
    {"I16", 2, widen<int16_t>}, {"I8", 1, widen<int8_t>},
    {"U8", 1, widen<uint8_t>}, {"U16", 2, widen<uint16_t>}, {"U32", 4, widen<uint32_t>}, {"U64", 8, widen<uint64_t>}, {"BOOL", 1, widen<uint8_t>},
};

Numbers read(const llmsys::JsonValue& entry, const char* data, size_t size, const std::string& path) {
    Numbers numbers;
    numbers.type = entry.get("dtype").text();
    uint64_t count = 1;
    for (llmsys::JsonValue extent : entry.get("shape").elements()) {
        numbers.shape.push_back(extent.whole(0, 1 << 20));
        count *= static_cast<uint64_t>(numbers.shape.back());
        if (count > MOST_BYTES) {
            damaged(path, "a tensor is too large");
        }
    }
    const auto begin = static_cast<size_t>(entry.get("data_offsets").at(0).whole(0, MOST_BYTES));
    for (const Type& type : TYPES) {
        if (numbers.type == type.name) {
            if (begin > size || count * type.bytes > size - begin) {
                damaged(path, "a tensor reaches beyond the end");
            }
            numbers.data.resize(count);
            type.widen(data + begin, numbers.data);
            return numbers;
        }
    }
    damaged(path, "the type " + numbers.type + " is not known");
}

}  // namespace

OnnxCase::OnnxCase(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    uint64_t length = 0;
    if (bytes.size() < 8 || bytes.size() > MOST_BYTES) {
        damaged(path, "it has " + std::to_string(bytes.size()) + " bytes");
    }
    std::memcpy(&length, bytes.data(), 8);
    if (length > bytes.size() - 8) {
        damaged(path, "its header is longer than the file");
    }
    llmsys::Json header = llmsys::Json::parse(std::string_view(bytes).substr(8, length), path);
    const char* data = bytes.data() + 8 + length;
    const size_t size = bytes.size() - 8 - static_cast<size_t>(length);
    llmsys::JsonValue notes = header.root().get("__metadata__");
    operator_ = notes.get("op").text();
    opset_ = std::stoll(std::string(notes.get("opset").text()));
    attributes_ = llmsys::Json::parse(notes.get("attributes").text(), path);
    for (bool in : {true, false}) {
        llmsys::Json names = llmsys::Json::parse(notes.get(in ? "inputs" : "outputs").text(), path);
        for (llmsys::JsonValue name : names.root().elements()) {
            llmsys::JsonValue entry = header.root().get((in ? "input." : "output.") + std::string(name.text()));
            auto& list = in ? inputs_ : outputs_;
            if (entry.absent()) {
                list.emplace_back();
            } else {
                list.emplace_back(read(entry, data, size, path));
            }
        }
    }
}

bool OnnxCase::hasAttribute(const char* attribute) const { return !attributes_->root().get(attribute).absent(); }
int64_t OnnxCase::integer(const char* attribute, int64_t otherwise) const {
    return hasAttribute(attribute) ? attributes_->root().get(attribute).whole(-(1 << 20), 1 << 20) : otherwise;
}
double OnnxCase::number(const char* attribute, double otherwise) const {
    return hasAttribute(attribute) ? attributes_->root().get(attribute).number() : otherwise;
}
std::string OnnxCase::text(const char* attribute, const char* otherwise) const {
    return std::string(attributes_->root().get(attribute).textOr(otherwise));
}
std::vector<int64_t> OnnxCase::integers(const char* attribute) const {
    std::vector<int64_t> all;
    if (!hasAttribute(attribute)) {
        return all;
    }
    for (llmsys::JsonValue each : attributes_->root().get(attribute).elements()) {
        all.push_back(each.whole(-(1 << 20), 1 << 20));
    }
    return all;
}

bool OnnxCase::floating() const {
    for (const auto* list : {&inputs_, &outputs_}) {
        for (const auto& each : *list) {
            if (each && each->type != "F32") {
                return false;
            }
        }
    }
    return true;
}
