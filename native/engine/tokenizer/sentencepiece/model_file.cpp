// SentencePiece's tokenizer.model.
//
//   1: piece*         {1: text, 2: score, 3: type}
//   2: trainer        {3: model type, 24: space as suffix, 35: byte fallback, 44: what unk is decoded to, 47: text of eos}
//   3: normalizer     {2: compiled character map, 3: prefix, 4: remove extra spaces, 5: escape spaces}
//   5: denormalizer   {2: compiled character map}
//
// https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto, https://protobuf.dev/programming-guides/encoding/
#include <cstring>

#include "engine/tokenizer/sentencepiece/piece_files.h"
#include "engine/tokenizer/sentencepiece/sentencepiece_bpe.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

enum Wire { VARINT = 0, LONG = 1, BYTES = 2, INT = 5 };

struct Field {
    uint64_t number;
    int wire;
    uint64_t value;
    std::string_view data;

    void require(int wanted) const {
        if (wire != wanted) {
            refuseTokenizer("the field " + std::to_string(number) + " has the wire type " + std::to_string(wire) + " instead of "
                            + std::to_string(wanted));
        }
    }
    int64_t whole() const {
        require(VARINT);
        return static_cast<int64_t>(value);
    }
    bool flag() const { return whole() != 0; }
    float real() const {
        require(INT);
        uint32_t bits = static_cast<uint32_t>(value);
        float number = 0;
        std::memcpy(&number, &bits, 4);
        return number;
    }
    std::string_view bytes() const {
        require(BYTES);
        return data;
    }
    std::string text() const {
        if (!isUtf8(bytes())) {
            refuseTokenizer("the field " + std::to_string(number) + " is not UTF-8");
        }
        return std::string(data);
    }
};

uint64_t varint(std::string_view& in) {
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && !in.empty(); shift += 7) {
        uint8_t byte = static_cast<uint8_t>(in[0]);
        in.remove_prefix(1);
        value |= shift < 64 ? static_cast<uint64_t>(byte & 0x7F) << shift : 0;
        if (byte < 0x80) {
            return value;
        }
    }
    refuseTokenizer(in.empty() ? "it ends inside a field" : "a number has more than ten bytes");
}

uint64_t fixed(std::string_view& in, size_t bytes) {
    if (in.size() < bytes) {
        refuseTokenizer("it ends inside a field");
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= static_cast<uint64_t>(static_cast<uint8_t>(in[i])) << (8 * i);
    }
    in.remove_prefix(bytes);
    return value;
}

template <typename Visit>
void forEachField(std::string_view in, Visit&& visit) {
    while (!in.empty()) {
        uint64_t tag = varint(in);
        Field field{tag >> 3, static_cast<int>(tag & 7), 0, {}};
        if (field.number == 0 || tag >> 32 != 0) {
            refuseTokenizer("a field has the number " + std::to_string(field.number));
        }
        if (field.wire == VARINT) {
            field.value = varint(in);
        } else if (field.wire == LONG || field.wire == INT) {
            field.value = fixed(in, field.wire == LONG ? 8 : 4);
        } else if (field.wire == BYTES) {
            uint64_t length = varint(in);
            if (length > in.size()) {
                refuseTokenizer("the field " + std::to_string(field.number) + " claims " + std::to_string(length) + " bytes, and "
                                + std::to_string(in.size())
                                + " follow");
            }
            field.data = in.substr(0, length);
            in.remove_prefix(length);
        } else {
            refuseTokenizer("the field " + std::to_string(field.number) + " has the unknown wire type " + std::to_string(field.wire));
        }
        visit(field);
    }
}

struct Model {
    std::vector<Piece> pieces;
    int64_t type = 1;
    bool byteFallback = false;
    Spacing spacing{true, true, false, true};
    std::string map;
    std::string endPiece = "</s>";
    std::string unknownText = " \u2047 ";

    void part(const Field& field) {
        switch (field.number) {
            case 1: piece(field.bytes()); break;
            case 2: forEachField(field.bytes(), [this](const Field& each) { trainer(each); }); break;
            case 3: forEachField(field.bytes(), [this](const Field& each) { normalizer(each); }); break;
            case 5:
                forEachField(field.bytes(), [](const Field& each) {
                    if (each.number == 2 && !each.bytes().empty()) {
                        refuseUnknown("denormalizer", "a compiled character map");
                    }
                });
                break;
            default: break;                                                 // self-test samples and extensions
        }
    }

    void piece(std::string_view message) {
        if (static_cast<int64_t>(pieces.size()) == MOST_TOKENS) {
            refuseTokenizer("it has more than " + std::to_string(MOST_TOKENS) + " pieces");
        }
        Piece piece{"", 0, PieceType::Normal};
        forEachField(message, [&piece](const Field& field) {
            if (field.number == 1) {
                piece.text = field.text();
            } else if (field.number == 2) {
                piece.score = field.real();
            } else if (field.number == 3) {
                piece.type = pieceTypeOf(field.whole());
            }
        });
        pieces.push_back(std::move(piece));
    }

    void trainer(const Field& field) {
        switch (field.number) {
            case 3: type = field.whole(); break;
            case 24: spacing.suffix = field.flag(); break;
            case 35: byteFallback = field.flag(); break;
            case 44: unknownText = field.text(); break;
            case 47: endPiece = field.text(); break;
            default: break;                                                 // how it was trained
        }
    }

    void normalizer(const Field& field) {
        switch (field.number) {
            case 2: map = std::string(field.bytes()); break;
            case 3: spacing.prefix = field.flag(); break;
            case 4: spacing.removeExtra = field.flag(); break;
            case 5: spacing.escape = field.flag(); break;
            default: break;                                                 // its name
        }
    }
};

}  // namespace

bool looksLikeModel(std::string_view start) {
    auto byte = [start](size_t i) { return static_cast<int>(static_cast<int8_t>(start[i])); };
    if (start.size() <= 4 || start[0] != 0x0A || start[2] != 0x0A || byte(1) <= 2 || byte(3) < 0 || byte(3) > byte(1) - 2) {
        return false;
    }
    size_t next = 2 + static_cast<size_t>(byte(1));
    return next >= start.size() || start[next] == 0x0A;
}

std::shared_ptr<const Tokenizer> piecesOfModel(std::string_view file) {
    constexpr int64_t BPE = 2;
    Model model;
    forEachField(file, [&model](const Field& field) { model.part(field); });
    if (model.type != BPE) {
        refuseUnknown("model type", model.type == 1 ? "unigram" : model.type == 3 ? "word" : model.type == 4 ? "char" : std::to_string(model.type));
    }
    Pieces pieces(std::move(model.pieces));
    if (pieces.unknown() < 0) {
        refuseTokenizer("no piece stands for the unknown");
    }
    if (model.byteFallback && !pieces.hasAllBytes()) {
        refuseTokenizer("unknown characters are to become bytes, and not all of <0x00> to <0xFF> are pieces");
    }
    std::shared_ptr<const CharacterMap> map = model.map.empty() ? nullptr : std::make_shared<CharacterMap>(model.map);
    PieceForm form;
    form.normalizers = {sentencePieceStep(model.spacing, std::move(map), userDefinedOf(pieces))};
    form.userDefinedStand = true;
    form.byteFallback = model.byteFallback;
    form.stripping = model.spacing.removeExtra ? PieceForm::Stripping::All : model.spacing.prefix ? PieceForm::Stripping::First
            : PieceForm::Stripping::None;
    form.unknownText = model.unknownText;
    form.end = pieces.id(model.endPiece);
    std::vector<AddedToken> controls = controlsOf(pieces);
    return std::make_shared<SentencePieceBpe>(std::move(pieces), std::move(form), controls, nullptr);
}

}  // namespace llmsys
