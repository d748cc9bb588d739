// The pieces of a SentencePiece vocabulary, each with a score and a type; ids are their places. Immutable.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/token_bytes.h"

namespace llmsys {

// U+2581, which stands for a space.
constexpr std::string_view SPACE_SIGN = "\u2581";

// In the order of the numbers 1 to 6 that files give them.
enum class PieceType : uint8_t {
    Normal = 1,
    Unknown,        // stands for what the vocabulary lacks
    Control,        // a mark such as <s>; has no text
    UserDefined,    // text that is never cut
    Unused,         // may arise on the way to a longer piece, and is taken apart again when it stays
    Byte            // <0x41>
};
// Throws Error LLS_FILE.
PieceType pieceTypeOf(int64_t number);

struct Piece {
    std::string text;
    double score;
    PieceType type;
};

class Pieces {
public:
    // Throws Error LLS_FILE when the list is empty, too long, holds a piece twice or more than one unknown piece.
    explicit Pieces(std::vector<Piece> pieces);

    int32_t size() const noexcept { return static_cast<int32_t>(pieces_.size()); }
    const Piece& at(int32_t id) const { return pieces_[static_cast<size_t>(id)]; }
    // The id of any piece by its text, or -1.
    int32_t id(std::string_view text) const { return all_.id(text); }
    // The same of a normal, user-defined or unused one.
    int32_t textId(std::string_view text) const;
    int32_t unknown() const noexcept { return unknown_; }
    int32_t byteId(uint8_t byte) const { return byteIds_[byte]; }
    bool hasAllBytes() const;
    bool has(PieceType type) const noexcept { return (types_ >> static_cast<int>(type) & 1) != 0; }

    static bool isText(PieceType type) { return type == PieceType::Normal || type == PieceType::UserDefined || type == PieceType::Unused; }
    static bool isByte(std::string_view text) { return byteOf(text) >= 0; }
    // The value of <0x41>, or -1.
    static int byteOf(std::string_view text);

private:
    std::vector<Piece> pieces_;
    TokenBytes all_;
    std::array<int32_t, 256> byteIds_;
    int32_t unknown_ = -1;
    uint32_t types_ = 0;
};

}  // namespace llmsys
