#include "engine/tokenizer/bytepair/byte_alphabet.h"

#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

struct Alphabet {
    uint16_t characters[256];
    int16_t bytes[256 + 68];

    Alphabet() {
        for (int16_t& byte : bytes) {
            byte = -1;
        }
        uint16_t next = 256;
        for (uint16_t b = 0; b < 256; b++) {
            bool itself = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            characters[b] = itself ? b : next++;
            bytes[characters[b]] = static_cast<int16_t>(b);
        }
    }
};

const Alphabet& alphabet() {
    static const Alphabet only;
    return only;
}

}  // namespace

std::optional<std::string> fromByteAlphabet(std::string_view written) {
    std::string bytes;
    for (size_t at = 0; at < written.size();) {
        Character next = characterAt(written, at);
        if (next.value >= 256 + 68 || alphabet().bytes[next.value] < 0) {
            return std::nullopt;
        }
        bytes += static_cast<char>(alphabet().bytes[next.value]);
        at += next.length;
    }
    return bytes;
}

std::string toByteAlphabet(std::string_view bytes) {
    std::string written;
    for (char b : bytes) {
        appendCharacter(written, alphabet().characters[static_cast<uint8_t>(b)]);
    }
    return written;
}

}  // namespace llmsys
