// The values of json.h.
#include "engine/files/json.h"

namespace llmsys {

uint32_t Json::add(JsonKind kind) {
    if (count_ >> BLOCK_BITS == blocks_.size()) {
        blocks_.push_back(std::make_unique<Node[]>(size_t{1} << BLOCK_BITS));
    }
    uint32_t index = count_++;
    node(index).kind = kind;
    node(index).size = 0;
    node(index).whole = 0;
    return index;
}

uint32_t Json::after(uint32_t index) const {
    const Node& it = node(index);
    return it.kind == JsonKind::Array || it.kind == JsonKind::Object ? it.end : index + 1;
}

JsonKind JsonValue::kind() const noexcept { return index_ == NOWHERE ? JsonKind::Absent : document_->node(index_).kind; }

void JsonValue::refuse(const std::string& why) const {
    throw Error(LLS_FILE, "cannot read " + document_->name(), (key_.empty() ? "a value " : "the field \"" + std::string(key_.substr(0, 80)) + "\" ")
                + why,
                "give the file that belongs to the model");
}

void JsonValue::require(JsonKind kind, const char* what) const {
    if (this->kind() != kind) {
        refuse(absent() ? "is missing" : std::string("is not ") + what);
    }
}

std::string_view JsonValue::text() const {
    require(JsonKind::Text, "a text");
    return document_->textOf(index_);
}

double JsonValue::number() const {
    if (kind() == JsonKind::Whole) {
        return static_cast<double>(document_->node(index_).whole);
    }
    require(JsonKind::Real, "a number");
    return document_->node(index_).real;
}

int64_t JsonValue::whole(int64_t least, int64_t most) const {
    double real = number();
    bool isWhole = kind() == JsonKind::Whole;
    bool fits = isWhole || (real >= -9e15 && real <= 9e15 && real == static_cast<double>(static_cast<int64_t>(real)));
    int64_t value = !fits ? 0 : isWhole ? document_->node(index_).whole : static_cast<int64_t>(real);
    if (!fits || value < least || value > most) {
        refuse("is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
}

bool JsonValue::flag() const {
    if (kind() != JsonKind::True) {
        require(JsonKind::False, "true or false");
    }
    return kind() == JsonKind::True;
}

bool JsonValue::flagOr(bool otherwise) const { return absent() ? otherwise : flag(); }

std::string_view JsonValue::textOr(std::string_view otherwise) const { return absent() ? otherwise : text(); }

int64_t JsonValue::size() const {
    if (kind() != JsonKind::Object) {
        require(JsonKind::Array, "an array");
    }
    return document_->node(index_).size;
}

JsonValue JsonValue::get(std::string_view key) const {
    require(JsonKind::Object, "an object");
    for (JsonMember member : members()) {
        if (member.key == key) {
            return member.value;
        }
    }
    return {document_, NOWHERE, key};
}

JsonValue JsonValue::at(int64_t index) const {
    require(JsonKind::Array, "an array");
    for (JsonValue element : elements()) {
        if (index-- == 0) {
            return element;
        }
    }
    return {document_, NOWHERE, key_};
}

JsonValues JsonValue::elements() const {
    require(JsonKind::Array, "an array");
    return {document_, index_ + 1, document_->node(index_).end, key_};
}

JsonMembers JsonValue::members() const {
    require(JsonKind::Object, "an object");
    return {document_, index_ + 1, document_->node(index_).end};
}

JsonValue JsonValues::Iterator::operator*() const { return {document_, index_, key_}; }

JsonValues::Iterator& JsonValues::Iterator::operator++() {
    index_ = document_->after(index_);
    return *this;
}

JsonMember JsonMembers::Iterator::operator*() const {
    std::string_view key = document_->textOf(index_);
    return {key, {document_, index_ + 1, key}};
}

JsonMembers::Iterator& JsonMembers::Iterator::operator++() {
    index_ = document_->after(index_ + 1);
    return *this;
}

}  // namespace llmsys
