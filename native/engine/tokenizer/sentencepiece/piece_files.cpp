// llama2.c's tokenizer.bin and GGUF's lists.
#include "engine/tokenizer/sentencepiece/piece_files.h"

#include <algorithm>
#include <cstring>

#include "engine/tokenizer/sentencepiece/sentencepiece_bpe.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

int32_t intAt(std::string_view bytes, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
    }
    return static_cast<int32_t>(value);
}

std::string withSigns(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == ' ') {
            out += SPACE_SIGN;
        } else {
            out += c;
        }
    }
    return out;
}

std::string trimmed(std::string_view text) {
    size_t from = text.find_first_not_of(" \t\r\n");
    return from == std::string_view::npos ? "" : std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

void requireUtf8(std::string_view text, size_t id) {
    if (!isUtf8(text)) {
        refuseTokenizer("the piece " + std::to_string(id) + " is not UTF-8");
    }
}

Piece llama2cPiece(size_t id, std::string_view text, float score) {
    requireUtf8(text, id);
    if (id < 3) {
        return {id == 0 ? std::string(text) : trimmed(text), score, id == 0 ? PieceType::Unknown : PieceType::Control};
    }
    return {withSigns(text), score, Pieces::isByte(text) ? PieceType::Byte : PieceType::Normal};
}

}  // namespace

bool looksLikeLlama2c(std::string_view start) {
    int32_t longest = start.size() < 16 ? 0 : intAt(start, 0);
    size_t at = 4;
    for (int piece = 0; piece < 3; piece++) {
        if (longest < 1 || longest > LONGEST_TOKEN || start.size() < at + 8) {
            return false;
        }
        int32_t length = intAt(start, at + 4);
        if (length < 1 || length > std::max(longest, 8)) {
            return false;
        }
        at += 8 + static_cast<size_t>(length);
    }
    return true;
}

std::shared_ptr<const Tokenizer> piecesOfLlama2c(std::string_view file) {
    if (file.size() < 4) {
        refuseTokenizer("it has " + std::to_string(file.size()) + " bytes");
    }
    int32_t longest = intAt(file, 0);
    std::vector<Piece> pieces;
    for (size_t at = 4; at < file.size();) {
        if (file.size() - at < 8) {
            refuseTokenizer("it ends inside the piece " + std::to_string(pieces.size()));
        }
        int32_t bits = intAt(file, at);
        int32_t length = intAt(file, at + 4);
        at += 8;
        bool tooLong = length < 0 || static_cast<size_t>(length) > file.size() - at || length > std::max(longest, 8);
        if (tooLong || static_cast<int64_t>(pieces.size()) == MOST_TOKENS) {
            refuseTokenizer("the piece " + std::to_string(pieces.size()) + " claims " + std::to_string(length) + " bytes; the longest has "
                            + std::to_string(longest) + ", and " + std::to_string(file.size() - at) + " follow");
        }
        float score = 0;
        std::memcpy(&score, &bits, 4);
        pieces.push_back(llama2cPiece(pieces.size(), file.substr(at, static_cast<size_t>(length)), score));
        at += static_cast<size_t>(length);
    }
    if (pieces.size() < 3) {
        refuseTokenizer("it has " + std::to_string(pieces.size()) + " pieces; the unknown, the beginning and the end must be there");
    }
    PieceForm form;
    form.normalizers = {sentencePieceStep({}, nullptr, {})};
    form.userDefinedStand = true;
    form.byteFallback = true;
    form.stripping = PieceForm::Stripping::First;
    form.unknownText = " \u2047 ";
    form.before = {1};
    form.end = 2;
    Pieces all(std::move(pieces));
    std::vector<AddedToken> controls = controlsOf(all);
    return std::make_shared<SentencePieceBpe>(std::move(all), std::move(form), controls, nullptr);
}

std::shared_ptr<const Tokenizer> piecesOfVocabulary(const TokenizerVocabulary& vocabulary) {
    size_t count = vocabulary.tokens.size();
    if (vocabulary.scores.size() != count || vocabulary.types.size() != count) {
        refuseTokenizer("it has " + std::to_string(count) + " tokens, " + std::to_string(vocabulary.scores.size()) + " scores and "
                        + std::to_string(vocabulary.types.size()) + " types");
    }
    std::vector<Piece> list;
    for (size_t id = 0; id < count; id++) {
        requireUtf8(vocabulary.tokens[id], id);
        list.push_back({vocabulary.tokens[id], vocabulary.scores[id], pieceTypeOf(vocabulary.types[id])});
    }
    Pieces pieces(std::move(list));
    auto id = [&](const std::optional<int64_t>& given, int64_t otherwise, const char* key) {
        int64_t value = given.value_or(otherwise < pieces.size() ? otherwise : -1);
        if (value == 0xFFFFFFFF || value == -1) {
            return int32_t{-1};
        }
        if (value < 0 || value >= pieces.size()) {
            refuseTokenizer(std::string("its ") + key + " is " + std::to_string(value) + ", and the vocabulary has the ids 0 to "
                            + std::to_string(pieces.size() - 1));
        }
        return static_cast<int32_t>(value);
    };
    Spacing spacing;
    spacing.prefix = vocabulary.addSpacePrefix.value_or(true);
    spacing.removeExtra = vocabulary.removeExtraWhitespaces.value_or(false);
    std::shared_ptr<const CharacterMap> map = vocabulary.characterMap.empty() ? nullptr : std::make_shared<CharacterMap>(vocabulary.characterMap);
    PieceForm form;
    form.normalizers = {sentencePieceStep(spacing, std::move(map), userDefinedOf(pieces))};
    form.userDefinedStand = true;
    form.byteFallback = true;
    form.stripping = spacing.removeExtra ? PieceForm::Stripping::All : spacing.prefix ? PieceForm::Stripping::First : PieceForm::Stripping::None;
    form.unknownText = " \u2047 ";
    int32_t begin = id(vocabulary.beginId, 1, "bos_token_id");
    form.end = id(vocabulary.endId, 2, "eos_token_id");
    if (begin >= 0 && vocabulary.addBegin.value_or(true)) {
        form.before = {begin};
    }
    if (form.end >= 0 && vocabulary.addEnd.value_or(false)) {
        form.after = {form.end};
    }
    std::vector<AddedToken> controls = controlsOf(pieces);
    return std::make_shared<SentencePieceBpe>(std::move(pieces), std::move(form), controls, nullptr);
}

}  // namespace llmsys
