// SentencePiece's normalization.
#include "engine/tokenizer/sentencepiece/pieces.h"
#include "engine/tokenizer/sentencepiece/text_steps.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

class SentencePieceStep final : public TextStep {
public:
    SentencePieceStep(Spacing spacing, std::shared_ptr<const CharacterMap> map, AddedTokens userDefined)
            : spacing_(spacing), map_(std::move(map)), userDefined_(std::move(userDefined)), space_(spacing.escape ? SPACE_SIGN : " ") {}

    void apply(PreparedText& in) const override {
        std::string_view text = in.text;
        std::string out;
        out.reserve(text.size() + text.size() / 2 + 3);
        size_t at = 0;
        while (spacing_.removeExtra && at < text.size()) {
            Part part = partAt(text, at);
            if (part.becomes != " ") {
                break;
            }
            at += part.length;
        }
        if (at < text.size() && spacing_.prefix && !spacing_.suffix) {
            out += space_;
        }
        bool empty = at == text.size();
        bool afterSpace = spacing_.removeExtra;
        while (at < text.size()) {
            Part part = partAt(text, at);
            std::string_view becomes = part.becomes;
            while (afterSpace && !becomes.empty() && becomes.front() == ' ') {
                becomes.remove_prefix(1);
            }
            if (!becomes.empty()) {
                afterSpace = spacing_.removeExtra && becomes.back() == ' ';
            }
            for (char c : becomes) {
                if (c == ' ') {
                    out += space_;
                } else {
                    out += c;
                }
            }
            at += part.length;
        }
        while (spacing_.removeExtra && out.size() >= space_.size() && std::string_view(out).substr(out.size() - space_.size()) == space_) {
            out.resize(out.size() - space_.size());
        }
        if (!empty && spacing_.prefix && spacing_.suffix) {
            out += space_;
        }
        in.text = std::move(out);
    }

private:
    struct Part {
        size_t length;
        std::string_view becomes;
    };

    Part partAt(std::string_view text, size_t at) const {
        if (const AddedToken* token = userDefined_.empty() ? nullptr : userDefined_.longestAt(text, at)) {
            return {token->content.size(), text.substr(at, token->content.size())};
        }
        if (map_) {
            if (std::optional<CharacterMap::Match> match = map_->longest(text, at)) {
                return {match->length, match->replacement};
            }
        }
        size_t length = characterAt(text, at).length;
        return {length, text.substr(at, length)};
    }

    Spacing spacing_;
    std::shared_ptr<const CharacterMap> map_;
    AddedTokens userDefined_;
    std::string_view space_;
};

}  // namespace

std::shared_ptr<const TextStep> sentencePieceStep(Spacing spacing, std::shared_ptr<const CharacterMap> map, AddedTokens userDefined) {
    return std::make_shared<SentencePieceStep>(spacing, std::move(map), std::move(userDefined));
}

}  // namespace llmsys
