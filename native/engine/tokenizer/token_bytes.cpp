#include "engine/tokenizer/token_bytes.h"

#include <cstring>

#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

TokenBytes::TokenBytes(const std::vector<std::string>& tokens) {
    size_t slots = 2;
    while (slots < 2 * tokens.size()) {
        slots *= 2;
    }
    slots_.assign(slots, {0, -1});
    for (size_t id = 0; id < tokens.size(); id++) {
        const std::string& token = tokens[id];
        if (token.size() > UINT32_MAX - pool_.size()) {
            refuseTokenizer("its tokens have more than 4 GiB together");
        }
        pool_ += token;
        starts_.push_back(static_cast<uint32_t>(pool_.size()));
        if (token.empty()) {
            continue;
        }
        uint64_t h = hash(token);
        size_t slot = h & (slots - 1);
        for (; slots_[slot].id >= 0; slot = (slot + 1) & (slots - 1)) {
            if (bytes(slots_[slot].id) == token) {
                refuseTokenizer("the ids " + std::to_string(slots_[slot].id) + " and " + std::to_string(id) + " stand for the same bytes");
            }
        }
        slots_[slot] = {static_cast<uint32_t>(h >> 32), static_cast<int32_t>(id)};
    }
}

// Eight bytes a step; the last step overlaps the one before.
uint64_t TokenBytes::hash(std::string_view text) {
    constexpr uint64_t MIX = 0x9E3779B97F4A7C15u;
    uint64_t h = text.size() * MIX;
    auto step = [&h](uint64_t part) {
        h = (h ^ part) * MIX;
        h ^= h >> 29;
    };
    size_t n = text.size();
    uint64_t part = 0;
    if (n >= 8) {
        for (size_t at = 0; at + 8 < n; at += 8) {
            std::memcpy(&part, text.data() + at, 8);
            step(part);
        }
        std::memcpy(&part, text.data() + n - 8, 8);
    } else {
        for (size_t at = 0; at < n; at++) {
            part |= static_cast<uint64_t>(static_cast<uint8_t>(text[at])) << (8 * at);
        }
    }
    step(part);
    h *= MIX;
    return h ^ h >> 32;
}

int32_t TokenBytes::id(std::string_view text) const {
    if (text.empty()) {
        return -1;
    }
    uint64_t h = hash(text);
    uint32_t tag = static_cast<uint32_t>(h >> 32);
    for (size_t slot = h & (slots_.size() - 1);; slot = (slot + 1) & (slots_.size() - 1)) {
        if (slots_[slot].id < 0) {
            return -1;
        }
        if (slots_[slot].tag == tag && bytes(slots_[slot].id) == text) {
            return slots_[slot].id;
        }
    }
}

}  // namespace llmsys
