#include "engine/tokenizer/sentencepiece/sentencepiece_bpe.h"

namespace llmsys {

namespace {

constexpr size_t LONGEST_TEXT = INT32_MAX;
constexpr size_t MOST_GROWTH = 32;              // of normalizers; U+FDFA becomes eleven times as long

void requireShort(size_t size) {
    if (size > LONGEST_TEXT) {
        throw Error(LLS_INVALID, "cannot encode a text of " + std::to_string(size) + " bytes", std::to_string(LONGEST_TEXT) + " are possible",
                    "encode it in parts");
    }
}

PreparedText prepared(std::string_view text, bool first, const TextSteps& steps) {
    PreparedText run{std::string(text), {}, first};
    for (const auto& step : steps) {
        step->apply(run);
        if (run.text.size() > MOST_GROWTH * text.size() + 4096) {
            throw Error(LLS_FILE, "the tokenizer turns " + std::to_string(text.size()) + " bytes into " + std::to_string(run.text.size()),
                        "its normalizer puts in far more than it takes away", "use the tokenizer that belongs to the model");
        }
        requireShort(run.text.size());
    }
    return run;
}

}  // namespace

AddedTokens userDefinedOf(const Pieces& pieces) {
    std::vector<AddedToken> tokens;
    for (int32_t id = 0; id < pieces.size(); id++) {
        if (pieces.at(id).type == PieceType::UserDefined) {
            tokens.push_back({id, pieces.at(id).text, false});
        }
    }
    return AddedTokens(std::move(tokens));
}

std::vector<AddedToken> controlsOf(const Pieces& pieces) {
    std::vector<AddedToken> controls;
    for (int32_t id = 0; id < pieces.size(); id++) {
        if (pieces.at(id).type == PieceType::Control) {
            controls.push_back({id, pieces.at(id).text, true});
        }
    }
    return controls;
}

SentencePieceBpe::SentencePieceBpe(Pieces pieces, PieceForm form, const std::vector<AddedToken>& added, const std::vector<PieceMerges::Rule>* rules)
        : pieces_(std::move(pieces)), form_(std::move(form)),
          segmenter_(pieces_, rules ? PieceMerges::inOrder(pieces_, *rules) : PieceMerges::byScore(pieces_)) {
    std::vector<AddedToken> raw;
    std::vector<AddedToken> normalized;
    for (const AddedToken& token : added) {
        if (!token.normalized) {
            raw.push_back(token);
            continue;
        }
        AddedToken changed = token;
        changed.content = prepared(token.content, true, form_.normalizers).text;
        if (!changed.content.empty()) {
            normalized.push_back(std::move(changed));
        }
    }
    raw_ = AddedTokens(std::move(raw));
    normalized_ = AddedTokens(std::move(normalized));
    if (form_.userDefinedStand) {
        userDefined_ = userDefinedOf(pieces_);
    }
    for (const std::vector<int32_t>* around : {&form_.before, &form_.after}) {
        for (int32_t id : *around) {
            if (id < 0 || id >= pieces_.size()) {
                refuseTokenizer("it puts the id " + std::to_string(id) + " around a text, which is no piece");
            }
        }
    }
}

// Turns pieces into ids, unknown characters into bytes or the unknown id.
class SentencePieceBpe::Collector {
public:
    Collector(const SentencePieceBpe& owner, std::string_view text, std::vector<int32_t>& ids) : owner_(owner), text_(text), ids_(ids) {}

    void operator()(int32_t id, size_t from, size_t to) {
        if (id >= 0) {
            endUnknown();
            ids_.push_back(id);
        } else if (!owner_.form_.byteFallback || !addBytes(from, to)) {
            if (!owner_.form_.fuseUnknown) {
                endUnknown();
            }
            unknown_ = unknown_ == NONE ? from : unknown_;
            unknownEnd_ = to;
        }
    }

    void endUnknown() {
        if (unknown_ == NONE) {
            return;
        }
        if (owner_.pieces_.unknown() < 0) {
            std::string_view what = text_.substr(unknown_, std::min<size_t>(40, unknownEnd_ - unknown_));
            throw Error(LLS_INVALID, "the tokenizer has no piece for \"" + std::string(what) + "\"",
                        "the vocabulary has neither bytes nor an unknown piece", "leave it out, or use a tokenizer with byte fallback");
        }
        ids_.push_back(owner_.pieces_.unknown());
        unknown_ = NONE;
    }

private:
    static constexpr size_t NONE = SIZE_MAX;

    bool addBytes(size_t from, size_t to) {
        for (size_t at = from; at < to; at++) {
            if (owner_.pieces_.byteId(static_cast<uint8_t>(text_[at])) < 0) {
                return false;
            }
        }
        endUnknown();
        for (size_t at = from; at < to; at++) {
            ids_.push_back(owner_.pieces_.byteId(static_cast<uint8_t>(text_[at])));
        }
        return true;
    }

    const SentencePieceBpe& owner_;
    std::string_view text_;
    std::vector<int32_t>& ids_;
    size_t unknown_ = NONE;
    size_t unknownEnd_ = 0;
};

void SentencePieceBpe::encode(std::string_view text, bool special, std::vector<int32_t>& ids) const {
    requireShort(text.size());
    if (special) {
        ids.insert(ids.end(), form_.before.begin(), form_.before.end());
    }
    Segmenter::Scratch scratch(segmenter_);
    for (const AddedTokens::Run& run : raw_.split(text, special)) {
        if (run.id >= 0) {
            ids.push_back(run.id);
            continue;
        }
        PreparedText part = prepared(text.substr(run.begin, run.end - run.begin), run.begin == 0, form_.normalizers);
        if (normalized_.empty()) {
            encodePart(std::move(part), scratch, ids);
            continue;
        }
        for (const AddedTokens::Run& inner : normalized_.split(part.text, special)) {
            if (inner.id >= 0) {
                ids.push_back(inner.id);
            } else {
                encodePart({part.text.substr(inner.begin, inner.end - inner.begin), {}, part.first && inner.begin == 0}, scratch, ids);
            }
        }
    }
    if (special) {
        ids.insert(ids.end(), form_.after.begin(), form_.after.end());
    }
}

void SentencePieceBpe::encodePart(PreparedText part, Segmenter::Scratch& scratch, std::vector<int32_t>& ids) const {
    for (const auto& step : form_.preTokenizers) {
        step->apply(part);
        requireShort(part.text.size());
    }
    std::string_view text = part.text;
    Collector collector(*this, text, ids);
    size_t from = 0;
    for (size_t i = 0; i <= part.cuts.size(); i++) {
        size_t to = i < part.cuts.size() ? part.cuts[i] : text.size();
        if (userDefined_.empty()) {
            segmenter_.cut(text, from, to, scratch, collector);
        } else {
            for (const AddedTokens::Run& run : userDefined_.split(text.substr(from, to - from), true)) {
                if (run.id >= 0) {
                    collector(run.id, from + run.begin, from + run.end);
                } else {
                    segmenter_.cut(text, from + run.begin, from + run.end, scratch, collector);
                }
            }
        }
        collector.endUnknown();
        from = to;
    }
}

void SentencePieceBpe::decodeNext(int32_t id, Place& place, std::string& bytes) const {
    if (id < 0 || id >= pieces_.size()) {
        refuseId(id, pieces_.size());
    }
    const Piece& piece = pieces_.at(id);
    size_t before = bytes.size();
    if (piece.type == PieceType::Byte) {
        bytes += static_cast<char>(Pieces::byteOf(piece.text));
    } else if (piece.type == PieceType::Unknown) {
        bytes += form_.unknownText;
    } else if (piece.type != PieceType::Control) {
        using Stripping = PieceForm::Stripping;
        bool signFirst = std::string_view(piece.text).substr(0, SPACE_SIGN.size()) == SPACE_SIGN;
        bool strips = !place.begun && (form_.stripping == Stripping::FirstPiece || (form_.stripping != Stripping::None && signFirst));
        for (size_t at = 0; at < piece.text.size();) {
            if (std::string_view(piece.text).substr(at, SPACE_SIGN.size()) == SPACE_SIGN) {
                if (!strips || (at > 0 && form_.stripping != Stripping::FirstPiece)) {
                    bytes += ' ';
                }
                at += SPACE_SIGN.size();
            } else {
                bytes += piece.text[at++];
            }
        }
        place.begun = place.begun || (strips && form_.stripping != Stripping::All);
    }
    place.begun = place.begun || bytes.size() > before;
}

}  // namespace llmsys
