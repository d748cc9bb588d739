#include "engine/files/gguf_header.h"

#include "engine/files/gguf_reader.h"

namespace llmsys {

namespace {

bool isText(const GgufValue& value) { return value.kind == GgufKind::TEXT; }
bool isFlag(const GgufValue& value) { return value.kind == GgufKind::FLAG; }
bool isRealKind(GgufKind kind) { return kind == GgufKind::F32 || kind == GgufKind::F64; }
bool isWholeKind(GgufKind kind) { return !isRealKind(kind) && kind != GgufKind::FLAG && kind != GgufKind::TEXT && kind != GgufKind::ARRAY; }
bool isWhole(const GgufValue& value) { return isWholeKind(value.kind); }
bool isNumber(const GgufValue& value) { return isWholeKind(value.kind) || isRealKind(value.kind); }
bool isTexts(const GgufValue& value) { return value.kind == GgufKind::ARRAY && value.element == GgufKind::TEXT; }
bool isReals(const GgufValue& value) { return value.kind == GgufKind::ARRAY && isRealKind(value.element); }
bool isWholes(const GgufValue& value) { return value.kind == GgufKind::ARRAY && (isWholeKind(value.element) || value.element == GgufKind::FLAG); }

int64_t widthOf(GgufKind kind) {
    switch (kind) {
        case GgufKind::U16:
        case GgufKind::I16: return 2;
        case GgufKind::U32:
        case GgufKind::I32:
        case GgufKind::F32: return 4;
        case GgufKind::U64:
        case GgufKind::I64:
        case GgufKind::F64: return 8;
        default: return 1;
    }
}

// A 64-bit one without sign beyond 2^63-1 shows as a negative one.
int64_t wholeAt(Bytes bytes, GgufKind kind, int64_t at) {
    switch (kind) {
        case GgufKind::I8: return bytes.at<int8_t>(at);
        case GgufKind::U16: return bytes.at<uint16_t>(at);
        case GgufKind::I16: return bytes.at<int16_t>(at);
        case GgufKind::U32: return bytes.at<uint32_t>(at);
        case GgufKind::I32: return bytes.at<int32_t>(at);
        case GgufKind::U64:
        case GgufKind::I64: return bytes.at<int64_t>(at);
        default: return bytes.at<uint8_t>(at);
    }
}

double realAt(Bytes bytes, GgufKind kind, int64_t at) {
    return kind == GgufKind::F32 ? static_cast<double>(bytes.at<float>(at)) : kind == GgufKind::F64 ? bytes.at<double>(at)
                                                                                                    : static_cast<double>(wholeAt(bytes, kind, at));
}

}  // namespace

GgufHeader::GgufHeader(Bytes file, std::string name) : name_(std::move(name)) { Reader(file, *this).read(); }

const GgufTensor* GgufHeader::tensor(std::string_view name) const {
    for (const GgufTensor& each : tensors_) {
        if (each.name == name) {
            return &each;
        }
    }
    return nullptr;
}

const GgufValue* GgufHeader::value(std::string_view key) const {
    auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

const GgufValue* GgufHeader::typed(std::string_view key, bool fits(const GgufValue&), const char* wanted) const {
    const GgufValue* found = value(key);
    if (found != nullptr && !fits(*found)) {
        throw Error(LLS_FILE, "cannot read " + name_ + ": the key " + std::string(key), std::string("it holds something else where ") + wanted
                    + " belongs",
                    "get an undamaged copy of the file");
    }
    return found;
}

std::optional<std::string_view> GgufHeader::text(std::string_view key) const {
    const GgufValue* found = typed(key, isText, "a text");
    return found == nullptr ? std::nullopt : std::optional(found->bytes.text());
}

std::optional<int64_t> GgufHeader::whole(std::string_view key) const {
    const GgufValue* found = typed(key, isWhole, "a whole number");
    return found == nullptr ? std::nullopt : std::optional(wholeAt(found->bytes, found->kind, 0));
}

std::optional<double> GgufHeader::real(std::string_view key) const {
    const GgufValue* found = typed(key, isNumber, "a number");
    return found == nullptr ? std::nullopt : std::optional(realAt(found->bytes, found->kind, 0));
}

std::optional<bool> GgufHeader::flag(std::string_view key) const {
    const GgufValue* found = typed(key, isFlag, "true or false");
    return found == nullptr ? std::nullopt : std::optional(found->bytes.at<uint8_t>(0) != 0);
}

std::optional<std::vector<std::string_view>> GgufHeader::texts(std::string_view key) const {
    const GgufValue* found = typed(key, isTexts, "an array of texts");
    if (found == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string_view> all;
    all.reserve(static_cast<size_t>(found->count));
    int64_t at = 0;
    for (int64_t i = 0; i < found->count; i++) {                 // the reader has been through here
        int64_t length = found->bytes.at<int64_t>(at);
        all.push_back(found->bytes.part(at + 8, length).text());
        at += 8 + length;
    }
    return all;
}

std::optional<std::vector<double>> GgufHeader::reals(std::string_view key) const {
    const GgufValue* found = typed(key, isReals, "an array of real numbers");
    if (found == nullptr) {
        return std::nullopt;
    }
    std::vector<double> all(static_cast<size_t>(found->count));
    for (size_t i = 0; i < all.size(); i++) {
        all[i] = realAt(found->bytes, found->element, static_cast<int64_t>(i) * widthOf(found->element));
    }
    return all;
}

std::optional<std::vector<int64_t>> GgufHeader::wholes(std::string_view key) const {
    const GgufValue* found = typed(key, isWholes, "an array of whole numbers");
    if (found == nullptr) {
        return std::nullopt;
    }
    std::vector<int64_t> all(static_cast<size_t>(found->count));
    for (size_t i = 0; i < all.size(); i++) {
        all[i] = wholeAt(found->bytes, found->element, static_cast<int64_t>(i) * widthOf(found->element));
    }
    return all;
}

}  // namespace llmsys
