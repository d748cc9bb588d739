#include "engine/files/gguf_reader.h"

#include <algorithm>

#include "engine/files/findings.h"

namespace llmsys {

namespace {

constexpr int64_t MOST_BYTES = 64 << 20;
constexpr int64_t MOST_ENTRIES = 65536;
constexpr int64_t MOST_TEXTS = 1 << 20;
constexpr int64_t DEFAULT_ALIGNMENT = 32;
constexpr int64_t LARGEST_ALIGNMENT = 1 << 20;
constexpr int64_t LONGEST_NAME = 63;
constexpr uint32_t HIGHEST_RANK = 4;
constexpr const char* ALIGNMENT = "general.alignment";

// Bytes of one value; 0 for what has no fixed size or does not exist.
int64_t widthOf(uint32_t kind) {
    switch (static_cast<GgufKind>(kind)) {
        case GgufKind::U8:
        case GgufKind::I8:
        case GgufKind::FLAG: return 1;
        case GgufKind::U16:
        case GgufKind::I16: return 2;
        case GgufKind::U32:
        case GgufKind::I32:
        case GgufKind::F32: return 4;
        case GgufKind::U64:
        case GgufKind::I64:
        case GgufKind::F64: return 8;
        default: return 0;
    }
}

}  // namespace

void GgufHeader::Reader::read() {
    if (file_.size < 4 || take(4).text() != "GGUF") {
        throw damaged("it does not begin with GGUF");
    }
    header_.version_ = number<uint32_t>();
    if (header_.version_ != 2 && header_.version_ != 3) {
        throw damaged("it has the version " + std::to_string(header_.version_) + (header_.version_ == 3u << 24 ? " in big endian order" : "")
                      + "; versions 2 and 3 in little endian order are read here");
    }
    int64_t tensorCount = count("tensors", MOST_ENTRIES);
    int64_t keyCount = count("keys", MOST_ENTRIES);
    for (int64_t i = 0; i < keyCount; i++) {
        readKey();
    }
    int64_t aligned = alignment();
    int64_t reached = 0;
    for (int64_t i = 0; i < tensorCount; i++) {
        readTensor(aligned, reached);
    }
    header_.dataStart_ = (position_ + aligned - 1) / aligned * aligned;
    int64_t there = std::max<int64_t>(0, file_.size - header_.dataStart_);
    if ((there > 0 && there < reached) || (file_.size < header_.dataStart_ && tensorCount > 0)) {
        throw damaged("its data should have " + std::to_string(reached) + " bytes and has " + std::to_string(there));
    }
    header_.complete_ = there >= reached;
}

Bytes GgufHeader::Reader::take(int64_t count) {
    if (count > file_.size - position_) {
        throw damaged("it ends where " + std::to_string(count) + " more bytes belong");
    }
    if (position_ + count > MOST_BYTES) {
        throw damaged("it has more than " + std::to_string(MOST_BYTES) + " bytes before its data");
    }
    Bytes taken = file_.part(position_, count);
    position_ += count;
    return taken;
}

// A number of things, each of which takes at least a byte.
int64_t GgufHeader::Reader::count(const std::string& what, int64_t most) {
    uint64_t claimed = number<uint64_t>();
    int64_t possible = std::min(most, file_.size - position_);
    if (claimed > static_cast<uint64_t>(possible)) {
        throw damaged("it claims " + std::to_string(claimed) + " " + what + "; " + std::to_string(possible) + " are possible");
    }
    return static_cast<int64_t>(claimed);
}

Bytes GgufHeader::Reader::text() { return take(count("bytes of a text", MOST_BYTES)); }

void GgufHeader::Reader::readKey() {
    std::string_view key = text().text();
    if (key.empty()) {
        throw damaged("a key is empty");
    }
    std::string shown = quoted(key);
    uint32_t kind = number<uint32_t>();
    if (key == ALIGNMENT && kind != static_cast<uint32_t>(GgufKind::U32)) {
        throw damaged(std::string(ALIGNMENT) + " is not a 32-bit whole number without sign");
    }
    if (!header_.values_.emplace(key, value(shown, kind)).second) {
        throw damaged("the key " + shown + " stands there twice");
    }
}

GgufValue GgufHeader::Reader::value(const std::string& key, uint32_t kind) {
    if (kind == static_cast<uint32_t>(GgufKind::TEXT)) {
        return {GgufKind::TEXT, GgufKind::TEXT, 0, text()};
    }
    if (kind == static_cast<uint32_t>(GgufKind::ARRAY)) {
        return array(key);
    }
    int64_t width = widthOf(kind);
    if (width == 0) {
        throw damaged(key + " has a value of the unknown type " + std::to_string(kind));
    }
    return {static_cast<GgufKind>(kind), GgufKind::U8, 0, take(width)};
}

GgufValue GgufHeader::Reader::array(const std::string& key) {
    uint32_t kind = number<uint32_t>();
    if (kind == static_cast<uint32_t>(GgufKind::TEXT)) {
        int64_t size = count("texts of " + key, MOST_TEXTS);
        int64_t begin = position_;
        for (int64_t i = 0; i < size; i++) {
            text();
        }
        return {GgufKind::ARRAY, GgufKind::TEXT, size, file_.part(begin, position_ - begin)};
    }
    int64_t width = widthOf(kind);
    if (width == 0) {
        throw damaged(kind == static_cast<uint32_t>(GgufKind::ARRAY) ? key + " is an array of arrays"
                                                                     : key + " is an array of the unknown type " + std::to_string(kind));
    }
    int64_t size = count("numbers of " + key, MOST_BYTES / width);
    return {GgufKind::ARRAY, static_cast<GgufKind>(kind), size, take(size * width)};
}

int64_t GgufHeader::Reader::alignment() const {
    const GgufValue* value = header_.value(ALIGNMENT);
    if (value == nullptr) {
        return DEFAULT_ALIGNMENT;
    }
    int64_t alignment = value->bytes.at<uint32_t>(0);
    if (alignment < 1 || alignment > LARGEST_ALIGNMENT || (alignment & (alignment - 1)) != 0) {
        throw damaged("its alignment is " + std::to_string(alignment) + ", not a power of two up to " + std::to_string(LARGEST_ALIGNMENT));
    }
    return alignment;
}

void GgufHeader::Reader::readTensor(int64_t alignment, int64_t& reached) {
    GgufTensor tensor;
    tensor.name = text().text();
    std::string shown = quoted(tensor.name);
    if (static_cast<int64_t>(tensor.name.size()) > LONGEST_NAME) {
        throw damaged("the tensor " + shown + " has a name of " + std::to_string(tensor.name.size()) + " bytes; " + std::to_string(LONGEST_NAME)
                      + " are possible");
    }
    if (!names_.insert(tensor.name).second) {
        throw damaged("the tensor " + shown + " stands there twice");
    }
    uint32_t rank = number<uint32_t>();
    if (rank < 1 || rank > HIGHEST_RANK) {
        throw damaged(shown + " has " + std::to_string(rank) + " dimensions; 1 to " + std::to_string(HIGHEST_RANK) + " are possible");
    }
    for (uint32_t i = 0; i < rank; i++) {
        tensor.dimensions.push_back(number<int64_t>());
    }
    uint32_t type = number<uint32_t>();
    const ElementForm* form = ggufElement(type);
    if (form == nullptr) {
        throw damaged(shown + " has elements of the unknown type " + std::to_string(type));
    }
    tensor.type = static_cast<Element>(form->number);
    uint64_t offset = number<uint64_t>();
    tensor.bytes = bytesOf(shown, *form, tensor.dimensions);
    if (offset != static_cast<uint64_t>(reached)) {
        throw damaged("the data of " + shown + " begins at " + std::to_string(offset) + " instead of " + std::to_string(reached));
    }
    tensor.offset = reached;
    if (tensor.bytes > INT64_MAX - alignment || __builtin_add_overflow(reached, (tensor.bytes + alignment - 1) / alignment * alignment, &reached)) {
        throw damaged("the tensors have more bytes than 63 bits count");
    }
    header_.tensors_.push_back(std::move(tensor));
}

int64_t GgufHeader::Reader::bytesOf(const std::string& name, const ElementForm& form, const std::vector<int64_t>& dimensions) const {
    int64_t elements = 1;
    bool over = false;
    for (int64_t dimension : dimensions) {
        if (dimension < 0) {
            throw damaged(name + " has the dimension " + std::to_string(static_cast<uint64_t>(dimension)));
        }
        over |= __builtin_mul_overflow(elements, dimension, &elements);
    }
    if (!over && dimensions.front() % form.block != 0) {
        throw damaged(name + " has rows of " + std::to_string(dimensions.front()) + " elements, and " + form.name + " stores blocks of "
                      + std::to_string(form.block));
    }
    int64_t bytes = 0;
    if (over || __builtin_mul_overflow(elements / form.block, static_cast<int64_t>(form.blockBytes), &bytes)) {
        throw damaged("the dimensions of " + name + " give more bytes than 63 bits count");
    }
    return bytes;
}

Error GgufHeader::Reader::damaged(const std::string& why) const {
    return Error(LLS_FILE, "cannot read " + header_.name_, why + " (byte " + std::to_string(position_) + ")",
                 "get an undamaged copy of the GGUF file");
}

}  // namespace llmsys
