// JSON (RFC 8259), read once into a tree that is only looked at.
//
//   Json config = Json::parse(bytes, "config.json");
//   int64_t layers = config.root().get("num_layers").whole(1, 1024);
//   for (JsonMember each : config.root().get("vocab").members()) { each.key; each.value.whole(0, 99); }
//
// The tree is one array of 16-byte values in the order of the text, a container before what it holds, and one string with all texts, so a file of n
// bytes takes O(n) memory and time whatever it says. Bounded: bytes, depth, number of values. Refused: a key that stands twice in an object, bytes
// that are not UTF-8, half a surrogate pair, numbers out of range, anything after the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/error.h"

namespace llmsys {

struct JsonLimits {
    int64_t bytes = int64_t{64} << 20;
    int64_t values = int64_t{1} << 22;
    int depth = 64;
};

enum class JsonKind : uint8_t { Absent, Null, False, True, Whole, Real, Text, Array, Object };

class Json;
class JsonValues;
class JsonMembers;

// A place in a document, which must outlive it. Absent where get() found nothing. The getters throw Error LLS_FILE that names document and field.
class JsonValue {
public:
    JsonKind kind() const noexcept;
    bool absent() const noexcept { return kind() == JsonKind::Absent || kind() == JsonKind::Null; }    // or null
    bool isText() const noexcept { return kind() == JsonKind::Text; }
    bool isNumber() const noexcept { return kind() == JsonKind::Whole || kind() == JsonKind::Real; }
    bool isArray() const noexcept { return kind() == JsonKind::Array; }
    bool isObject() const noexcept { return kind() == JsonKind::Object; }

    std::string_view text() const;
    double number() const;
    int64_t whole(int64_t least, int64_t most) const;       // also 3.0, as some writers have it
    bool flag() const;
    bool flagOr(bool otherwise) const;                      // for absent or null
    std::string_view textOr(std::string_view otherwise) const;

    int64_t size() const;                                   // of an array or object
    JsonValue get(std::string_view key) const;              // of an object: linear in its members
    JsonValue at(int64_t index) const;                      // of an array: linear
    JsonValues elements() const;
    JsonMembers members() const;

    // For messages: the key it was found under; "" at the root and in arrays.
    std::string_view key() const noexcept { return key_; }
    // Throws Error LLS_FILE "cannot read DOCUMENT: the field KEY <why>".
    [[noreturn]] void refuse(const std::string& why) const;

private:
    friend class Json;
    friend class JsonValues;
    friend class JsonMembers;
    static constexpr uint32_t NOWHERE = UINT32_MAX;
    JsonValue(const Json* document, uint32_t index, std::string_view key) : document_(document), index_(index), key_(key) {}
    void require(JsonKind kind, const char* what) const;

    const Json* document_;
    uint32_t index_;
    std::string_view key_;
};

struct JsonMember {
    std::string_view key;
    JsonValue value;
};

// Ranges for `for`.
class JsonValues {
public:
    class Iterator {
    public:
        Iterator(const Json* document, uint32_t index, std::string_view key) : document_(document), index_(index), key_(key) {}
        JsonValue operator*() const;
        Iterator& operator++();
        bool operator!=(const Iterator& other) const { return index_ != other.index_; }
    private:
        const Json* document_;
        uint32_t index_;
        std::string_view key_;
    };
    Iterator begin() const { return {document_, begin_, key_}; }
    Iterator end() const { return {document_, end_, key_}; }

private:
    friend class JsonValue;
    JsonValues(const Json* document, uint32_t begin, uint32_t end, std::string_view key) : document_(document), begin_(begin), end_(end), key_(key) {}
    const Json* document_;
    uint32_t begin_, end_;
    std::string_view key_;
};

class JsonMembers {
public:
    class Iterator {
    public:
        Iterator(const Json* document, uint32_t index) : document_(document), index_(index) {}
        JsonMember operator*() const;
        Iterator& operator++();
        bool operator!=(const Iterator& other) const { return index_ != other.index_; }
    private:
        const Json* document_;
        uint32_t index_;
    };
    Iterator begin() const { return {document_, begin_}; }
    Iterator end() const { return {document_, end_}; }

private:
    friend class JsonValue;
    JsonMembers(const Json* document, uint32_t begin, uint32_t end) : document_(document), begin_(begin), end_(end) {}
    const Json* document_;
    uint32_t begin_, end_;
};

class Json {
public:
    // name: of the document, for messages. Throws Error LLS_FILE that says what is wrong and at which byte. Keeps nothing of `text`.
    static Json parse(std::string_view text, std::string name, const JsonLimits& limits = {});

    Json(Json&&) noexcept = default;
    Json& operator=(Json&&) noexcept = default;

    // The values point to this document: it must stay where it is while they are used.
    JsonValue root() const { return {this, 0, {}}; }
    const std::string& name() const noexcept { return name_; }

private:
    friend class JsonParser;
    friend class JsonValue;
    friend class JsonValues;
    friend class JsonMembers;

    // An object's members are a Text (the key) and a value in turn.
    struct Node {
        JsonKind kind;
        uint32_t size;          // bytes of a text; elements or members
        union {
            int64_t whole;
            double real;
            uint32_t begin;     // of a text
            uint32_t end;       // of a container: the node after its last
        };
    };
    static_assert(sizeof(Node) == 16);

    // The tree in blocks, so that it grows without being copied.
    static constexpr uint32_t BLOCK_BITS = 14;
    const Node& node(uint32_t index) const { return blocks_[index >> BLOCK_BITS][index & ((1u << BLOCK_BITS) - 1)]; }
    Node& node(uint32_t index) { return blocks_[index >> BLOCK_BITS][index & ((1u << BLOCK_BITS) - 1)]; }
    uint32_t add(JsonKind kind);
    uint32_t after(uint32_t index) const;
    std::string_view textOf(uint32_t index) const { return std::string_view(texts_).substr(node(index).begin, node(index).size); }

    explicit Json(std::string name) : name_(std::move(name)) {}

    std::string name_;
    std::vector<std::unique_ptr<Node[]>> blocks_;
    uint32_t count_ = 0;
    std::string texts_;
};

}  // namespace llmsys
