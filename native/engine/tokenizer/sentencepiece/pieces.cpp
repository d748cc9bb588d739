#include "engine/tokenizer/sentencepiece/pieces.h"

#include <algorithm>
#include <cmath>

#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

PieceType pieceTypeOf(int64_t number) {
    if (number < 1 || number > 6) {
        refuseTokenizer("a piece has the unknown type " + std::to_string(number));
    }
    return static_cast<PieceType>(number);
}

Pieces::Pieces(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
    if (pieces_.empty() || static_cast<int64_t>(pieces_.size()) > MOST_TOKENS) {
        refuseTokenizer("it has " + std::to_string(pieces_.size()) + " pieces; 1 to " + std::to_string(MOST_TOKENS) + " are possible");
    }
    byteIds_.fill(-1);
    std::vector<std::string> texts;
    for (int32_t id = 0; id < size(); id++) {
        const Piece& piece = at(id);
        types_ |= 1u << static_cast<int>(piece.type);
        if (piece.text.empty() || static_cast<int64_t>(piece.text.size()) > LONGEST_TOKEN || !std::isfinite(piece.score)) {
            refuseTokenizer("the piece " + std::to_string(id) + " is empty, longer than " + std::to_string(LONGEST_TOKEN)
                            + " bytes, or its score is not a number");
        }
        if (piece.type == PieceType::Unknown) {
            if (unknown_ >= 0) {
                refuseTokenizer("the pieces " + std::to_string(unknown_) + " and " + std::to_string(id) + " both stand for the unknown");
            }
            unknown_ = id;
        }
        if (piece.type == PieceType::Byte) {
            int byte = byteOf(piece.text);
            if (byte < 0) {
                refuseTokenizer("the piece \"" + piece.text.substr(0, 80) + "\" does not name a byte; <0x00> to <0xFF> do");
            }
            byteIds_[static_cast<size_t>(byte)] = id;
        }
        texts.push_back(piece.text);
    }
    all_ = TokenBytes(texts);
}

int32_t Pieces::textId(std::string_view text) const {
    int32_t found = all_.id(text);
    return found >= 0 && isText(at(found).type) ? found : -1;
}

bool Pieces::hasAllBytes() const {
    return std::all_of(byteIds_.begin(), byteIds_.end(), [](int32_t id) { return id >= 0; });
}

int Pieces::byteOf(std::string_view text) {
    if (text.size() != 6 || text.substr(0, 3) != "<0x" || text[5] != '>') {
        return -1;
    }
    int value = 0;
    for (char c : text.substr(3, 2)) {
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        value = digit < 0 || value < 0 ? -1 : value * 16 + digit;
    }
    return value;
}

}  // namespace llmsys
