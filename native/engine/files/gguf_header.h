// What stands before the data of a GGUF file (version 2 or 3, little endian), read with suspicion.
//
//   "GGUF" | version | number of tensors | number of keys | keys and values | tensor descriptions | padding | data
//
// Limits: 64 MiB before the data, 65,536 keys and as many tensors, 2^20 texts in an array; no array in an array. Keys and names stand once, the
// alignment is a power of two, and each tensor's data begins where that of the one before ends, filled up to the alignment. Nothing is allocated
// that the file has not got the bytes for; texts and arrays stay in the file. One error that says what is wrong and at which byte.
//
// Source: ggml's docs/gguf.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/files/bytes.h"
#include "engine/files/element.h"

namespace llmsys {

enum class GgufKind : uint32_t {
    U8 = 0, I8 = 1, U16 = 2, I16 = 3, U32 = 4, I32 = 5, F32 = 6, FLAG = 7, TEXT = 8, ARRAY = 9, U64 = 10, I64 = 11, F64 = 12
};

struct GgufValue {
    GgufKind kind;
    GgufKind element;      // of an array
    int64_t count;         // of an array
    Bytes bytes;           // the value's, a text's own, all of an array's
};

struct GgufTensor {
    std::string_view name;
    Element type;
    std::vector<int64_t> dimensions;    // as the file has them: innermost first
    int64_t offset;                     // from the start of the data
    int64_t bytes;
};

class GgufHeader {
public:
    // name: of the file, for messages. Throws Error LLS_FILE. Points into the bytes.
    GgufHeader(Bytes file, std::string name);

    const std::string& name() const noexcept { return name_; }
    uint32_t version() const noexcept { return version_; }
    int64_t dataStart() const noexcept { return dataStart_; }
    // False for a file that ends where its data would begin, as vocabularies without weights do.
    bool complete() const noexcept { return complete_; }
    const std::vector<GgufTensor>& tensors() const noexcept { return tensors_; }     // in the order of their data
    const GgufTensor* tensor(std::string_view name) const;

    bool has(std::string_view key) const { return values_.count(key) > 0; }
    const GgufValue* value(std::string_view key) const;
    // Nothing when the key is not there. Throw Error LLS_FILE when it holds something else.
    std::optional<std::string_view> text(std::string_view key) const;
    std::optional<int64_t> whole(std::string_view key) const;
    std::optional<double> real(std::string_view key) const;      // also a whole number
    std::optional<bool> flag(std::string_view key) const;
    std::optional<std::vector<std::string_view>> texts(std::string_view key) const;
    std::optional<std::vector<double>> reals(std::string_view key) const;
    std::optional<std::vector<int64_t>> wholes(std::string_view key) const;

private:
    class Reader;
    const GgufValue* typed(std::string_view key, bool fits(const GgufValue&), const char* wanted) const;

    std::string name_;
    uint32_t version_ = 0;
    int64_t dataStart_ = 0;
    bool complete_ = false;
    std::vector<GgufTensor> tensors_;
    std::unordered_map<std::string_view, GgufValue> values_;
};

}  // namespace llmsys
