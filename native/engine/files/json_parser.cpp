// How a text becomes the tree of json.h: one pass, a stack of open containers instead of recursion.
#include "engine/files/json.h"

#include <algorithm>
#include <locale>
#include <sstream>

namespace llmsys {

class JsonParser {
public:
    JsonParser(std::string_view text, Json& into, const JsonLimits& limits) : text_(text), into_(into), limits_(limits) {}

    void document() {
        if (static_cast<int64_t>(text_.size()) > std::min<int64_t>(limits_.bytes, INT32_MAX)) {
            refuse("it has " + std::to_string(text_.size()) + " bytes; " + std::to_string(limits_.bytes) + " are possible");
        }
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
            at_ = 3;
        }
        value();
        while (!open_.empty()) {
            next();
        }
        blanks();
        if (at_ < text_.size()) {
            refuse("something follows its end");
        }
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(LLS_FILE, "cannot read " + into_.name_, "at byte " + std::to_string(at_) + ": " + why, "give a whole JSON file in UTF-8");
    }

    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
            at_++;
        }
    }

    char peek() {
        if (at_ == text_.size()) {
            refuse("it ends too early");
        }
        return text_[at_];
    }

    uint32_t add(JsonKind kind) {
        if (into_.count_ >= limits_.values) {
            refuse("it has more than " + std::to_string(limits_.values) + " values");
        }
        return into_.add(kind);
    }

    // What follows in the innermost open container.
    void next() {
        uint32_t container = open_.back();
        bool object = into_.node(container).kind == JsonKind::Object;
        blanks();
        if (peek() == (object ? '}' : ']')) {
            at_++;
            close(container, object);
            return;
        }
        if (into_.node(container).size > 0) {
            if (peek() != ',') {
                refuse(object ? "a comma or } is missing" : "a comma or ] is missing");
            }
            at_++;
            blanks();
        }
        into_.node(container).size++;
        if (object) {
            if (peek() != '"') {
                refuse("a key in quotes is missing");
            }
            string();
            blanks();
            if (peek() != ':') {
                refuse("a colon is missing");
            }
            at_++;
        }
        value();
    }

    void value() {
        blanks();
        switch (peek()) {
            case '{': container(JsonKind::Object); return;
            case '[': container(JsonKind::Array); return;
            case '"': string(); return;
            case 't': word("true", JsonKind::True); return;
            case 'f': word("false", JsonKind::False); return;
            case 'n': word("null", JsonKind::Null); return;
            default: number();
        }
    }

    void container(JsonKind kind) {
        if (static_cast<int>(open_.size()) == limits_.depth) {
            refuse("it is nested more than " + std::to_string(limits_.depth) + " deep");
        }
        open_.push_back(add(kind));
        at_++;
    }

    void close(uint32_t container, bool object) {
        open_.pop_back();
        into_.node(container).end = into_.count_;
        if (!object) {
            return;
        }
        keys_.clear();
        for (uint32_t key = container + 1; key < into_.count_; key = into_.after(key + 1)) {
            keys_.push_back(key);
        }
        auto text = [this](uint32_t key) { return into_.textOf(key); };
        std::sort(keys_.begin(), keys_.end(), [&](uint32_t a, uint32_t b) { return text(a) < text(b); });
        auto twice = std::adjacent_find(keys_.begin(), keys_.end(), [&](uint32_t a, uint32_t b) { return text(a) == text(b); });
        if (twice != keys_.end()) {
            refuse("the key \"" + std::string(text(*twice).substr(0, 80)) + "\" stands twice in the object that ends here");
        }
    }

    void word(std::string_view word, JsonKind kind) {
        if (text_.substr(at_, word.size()) != word) {
            refuse("this is no value");
        }
        add(kind);
        at_ += word.size();
    }

    void digits() {
        if (at_ == text_.size() || text_[at_] < '0' || text_[at_] > '9') {
            refuse("this is no value");
        }
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            at_++;
        }
    }

    void number() {
        size_t begin = at_;
        bool negative = peek() == '-';
        at_ += negative ? 1 : 0;
        size_t first = at_;
        digits();
        if (text_[first] == '0' && at_ > first + 1) {
            refuse("a number begins with 0");
        }
        bool whole = true;
        if (at_ < text_.size() && text_[at_] == '.') {
            whole = false;
            at_++;
            digits();
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            whole = false;
            at_++;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) {
                at_++;
            }
            digits();
        }
        if (whole && at_ - first <= 18) {
            int64_t value = 0;
            for (size_t i = first; i < at_; i++) {
                value = value * 10 + (text_[i] - '0');
            }
            into_.node(add(JsonKind::Whole)).whole = negative ? -value : value;
            return;
        }
        real(text_.substr(begin, at_ - begin));
    }

    void real(std::string_view written) {
        if (written.size() > 400) {
            refuse("a number has " + std::to_string(written.size()) + " characters");
        }
        std::istringstream in{std::string(written)};        // strtod would follow the process's locale
        in.imbue(std::locale::classic());
        double value = 0;
        in >> value;
        if (in.fail() || value - value != 0) {
            refuse("the number " + std::string(written.substr(0, 40)) + " is out of range");
        }
        into_.node(add(JsonKind::Real)).real = value;
    }

    uint32_t hex() {
        if (text_.size() - at_ < 4) {
            refuse("it ends inside \\u");
        }
        uint32_t value = 0;
        for (int i = 0; i < 4; i++) {
            char c = text_[at_++];
            uint32_t digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
            if (digit == 16) {
                refuse("\\u needs four hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    void escape() {
        std::string& out = into_.texts_;
        char c = peek();
        at_++;
        switch (c) {
            case '"': case '\\': case '/': out += c; return;
            case 'b': out += '\b'; return;
            case 'f': out += '\f'; return;
            case 'n': out += '\n'; return;
            case 'r': out += '\r'; return;
            case 't': out += '\t'; return;
            case 'u': break;
            default: refuse("an unknown escape");
        }
        uint32_t character = hex();
        if (character >= 0xD800 && character < 0xE000) {
            bool pair = character < 0xDC00 && text_.substr(at_, 2) == "\\u";
            at_ += pair ? 2 : 0;
            uint32_t low = pair ? hex() : 0;
            if (low < 0xDC00 || low >= 0xE000) {
                refuse("half of a surrogate pair");
            }
            character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
        }
        if (character < 0x80) {
            out += static_cast<char>(character);
        } else if (character < 0x800) {
            out += {static_cast<char>(0xC0 | character >> 6), static_cast<char>(0x80 | (character & 0x3F))};
        } else if (character < 0x10000) {
            out += {static_cast<char>(0xE0 | character >> 12), static_cast<char>(0x80 | (character >> 6 & 0x3F)),
                    static_cast<char>(0x80 | (character & 0x3F))};
        } else {
            out += {static_cast<char>(0xF0 | character >> 18), static_cast<char>(0x80 | (character >> 12 & 0x3F)),
                    static_cast<char>(0x80 | (character >> 6 & 0x3F)), static_cast<char>(0x80 | (character & 0x3F))};
        }
    }

    // The bytes of the UTF-8 character here, which does not begin with ASCII.
    size_t character() const {
        auto byte = [this](size_t i) { return static_cast<uint8_t>(text_[i]); };
        uint8_t lead = byte(at_);
        size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
        bool good = length > 0 && length <= text_.size() - at_;
        for (size_t i = 1; good && i < length; i++) {
            good = (byte(at_ + i) & 0xC0) == 0x80;
        }
        if (good && length > 2) {
            uint8_t second = byte(at_ + 1);
            good = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second >= 0xA0) && !(lead == 0xF0 && second < 0x90)
                    && !(lead == 0xF4 && second >= 0x90);
        }
        if (!good) {
            refuse("it is not UTF-8");
        }
        return length;
    }

    void string() {
        uint32_t index = add(JsonKind::Text);
        size_t begin = into_.texts_.size();
        at_++;
        while (true) {
            size_t plain = at_;
            while (at_ < text_.size() && static_cast<uint8_t>(text_[at_]) >= 0x20 && text_[at_] != '"' && text_[at_] != '\\') {
                at_ += static_cast<uint8_t>(text_[at_]) < 0x80 ? 1 : character();
            }
            into_.texts_.append(text_, plain, at_ - plain);
            char c = peek();
            if (static_cast<uint8_t>(c) < 0x20) {
                refuse("a control character in a text");
            }
            at_++;
            if (c == '"') {
                break;
            }
            escape();
        }
        into_.node(index).begin = static_cast<uint32_t>(begin);
        into_.node(index).size = static_cast<uint32_t>(into_.texts_.size() - begin);
    }

    std::string_view text_;
    Json& into_;
    const JsonLimits& limits_;
    size_t at_ = 0;
    std::vector<uint32_t> open_;
    std::vector<uint32_t> keys_;
};

Json Json::parse(std::string_view text, std::string name, const JsonLimits& limits) {
    Json json(std::move(name));
    JsonParser(text, json, limits).document();
    return json;
}

}  // namespace llmsys
