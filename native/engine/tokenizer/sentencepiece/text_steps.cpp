// Hugging Face's normalizers and pre-tokenizers for text with U+2581.
#include "engine/tokenizer/sentencepiece/text_steps.h"

#include <functional>

#include "engine/tokenizer/json_parts.h"
#include "engine/tokenizer/sentencepiece/pieces.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/unicode/normal_form.h"
#include "engine/tokenizer/unicode/unicode.h"

namespace llmsys {

namespace {

// A step that puts in a long text would turn a short text into one that fills the memory.
constexpr size_t LONGEST_CONTENT = 64;

std::string contentOf(JsonValue value) {
    if (value.text().size() > LONGEST_CONTENT) {
        value.refuse("is longer than " + std::to_string(LONGEST_CONTENT) + " bytes");
    }
    return std::string(value.text());
}

enum class Scheme { Never, First, Always };

// A step on the text alone, before anything is cut.
class Rewriting final : public TextStep {
public:
    explicit Rewriting(std::function<std::string(const std::string&)> rewrite) : rewrite_(std::move(rewrite)) {}
    void apply(PreparedText& text) const override { text.text = rewrite_(text.text); }

private:
    std::function<std::string(const std::string&)> rewrite_;
};

// A step on each part between cuts: part(of, first, out) appends to out, and may cut.
class Splitting final : public TextStep {
public:
    using Part = std::function<void(std::string_view of, bool first, PreparedText& out)>;
    explicit Splitting(Part part) : part_(std::move(part)) {}

    void apply(PreparedText& text) const override {
        PreparedText out;
        out.first = text.first;
        size_t from = 0;
        for (size_t i = 0; i <= text.cuts.size(); i++) {
            size_t to = i < text.cuts.size() ? text.cuts[i] : text.text.size();
            if (from < to) {
                begin(out);
                part_(std::string_view(text.text).substr(from, to - from), text.first && from == 0, out);
            }
            from = to;
        }
        text = std::move(out);
    }

    static void begin(PreparedText& out) {
        if (!out.text.empty() && (out.cuts.empty() || out.cuts.back() < out.text.size())) {
            out.cuts.push_back(out.text.size());
        }
    }

private:
    Part part_;
};

std::string replaced(const std::string& text, const std::string& pattern, const std::string& content) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        size_t found = text.find(pattern, at);
        if (found == std::string::npos) {
            out.append(text, at);
            break;
        }
        out.append(text, at, found - at);
        out += content;
        at = found + pattern.size();
    }
    return out;
}

// Two spaces or more become `content`.
std::string withoutRuns(const std::string& text, const std::string& content) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        size_t end = at;
        while (end < text.size() && text[end] == ' ') {
            end++;
        }
        if (end - at < 2) {
            out += text[at++];
        } else {
            out += content;
            at = end;
        }
    }
    return out;
}

std::string stripped(const std::string& text, bool left, bool right) {
    size_t from = 0;
    size_t to = text.size();
    while (left && from < to && isWhiteSpace(characterAt(text, from).value)) {
        from += characterAt(text, from).length;
    }
    while (right && to > from && isWhiteSpace(characterBefore(text, to).value)) {
        to -= characterBefore(text, to).length;
    }
    return text.substr(from, to - from);
}

std::shared_ptr<const TextStep> replaceStep(JsonValue part) {
    JsonValue pattern = part.get("pattern");
    std::string content = contentOf(part.get("content"));
    if (!pattern.get("String").absent() && !pattern.get("String").text().empty()) {
        std::string from(pattern.get("String").text());
        return std::make_shared<Rewriting>([from, content](const std::string& text) { return replaced(text, from, content); });
    }
    if (!pattern.get("Regex").absent() && pattern.get("Regex").text() == " {2,}") {
        return std::make_shared<Rewriting>([content](const std::string& text) { return withoutRuns(text, content); });
    }
    refuseUnknown("normalizer Replace", "by an expression that is not known");
}

// Null for a step that does nothing.
std::shared_ptr<const TextStep> normalizerStep(JsonValue part) {
    std::string_view type = part.get("type").text();
    if (type == "Prepend") {
        std::string prefix = contentOf(part.get("prepend"));
        return std::make_shared<Rewriting>([prefix](const std::string& text) { return text.empty() ? text : prefix + text; });
    }
    if (type == "Replace") {
        return replaceStep(part);
    }
    if (type == "Strip") {
        bool left = part.get("strip_left").flag();
        bool right = part.get("strip_right").flag();
        return std::make_shared<Rewriting>([left, right](const std::string& text) { return stripped(text, left, right); });
    }
    if (type == "NFC") {
        return std::make_shared<Rewriting>([](const std::string& text) { return composed(text); });
    }
    if (type == "Precompiled" && part.get("precompiled_charsmap").textOr("").empty()) {
        return nullptr;
    }
    refuseUnknown("normalizer", type);
}

Scheme schemeOf(JsonValue part) {
    // files from before 2024 say it with add_prefix_space
    std::string_view scheme = part.get("prepend_scheme").textOr(part.get("add_prefix_space").flagOr(true) ? "always" : "never");
    if (scheme != "always" && scheme != "first" && scheme != "never") {
        refuseUnknown("Metaspace's prepend_scheme", scheme);
    }
    return scheme == "always" ? Scheme::Always : scheme == "first" ? Scheme::First : Scheme::Never;
}

std::shared_ptr<const TextStep> metaspaceStep(JsonValue part) {
    if (part.get("replacement").text() != SPACE_SIGN) {
        refuseUnknown("Metaspace's replacement", part.get("replacement").text());
    }
    Scheme scheme = schemeOf(part);
    bool split = part.get("split").flagOr(true);
    return std::make_shared<Splitting>([scheme, split](std::string_view of, bool first, PreparedText& out) {
        bool there = of[0] == ' ' || of.substr(0, SPACE_SIGN.size()) == SPACE_SIGN;
        if (!there && (scheme == Scheme::Always || (scheme == Scheme::First && first))) {
            out.text += SPACE_SIGN;
        }
        for (size_t at = 0; at < of.size();) {
            bool sign = of.substr(at, SPACE_SIGN.size()) == SPACE_SIGN;
            bool space = sign || of[at] == ' ';
            if (split && space && at > 0) {
                Splitting::begin(out);
            }
            if (space) {
                out.text += SPACE_SIGN;
            } else {
                out.text += of[at];
            }
            at += sign ? SPACE_SIGN.size() : 1;
        }
    });
}

std::shared_ptr<const TextStep> whitespaceStep() {
    return std::make_shared<Splitting>([](std::string_view of, bool, PreparedText& out) {
        bool inWord = false;
        for (size_t at = 0; at < of.size();) {
            Character next = characterAt(of, at);
            bool blank = next.value != Character::INVALID && isWhiteSpace(next.value);
            if (!blank) {
                if (!inWord) {
                    Splitting::begin(out);
                }
                out.text += of.substr(at, next.length);
            }
            inWord = !blank;
            at += next.length;
        }
    });
}

// A space stays with what is before it.
std::shared_ptr<const TextStep> afterSpacesStep() {
    return std::make_shared<Splitting>([](std::string_view of, bool, PreparedText& out) {
        for (size_t at = 0; at < of.size(); at++) {
            if (at > 0 && of[at - 1] == ' ') {
                Splitting::begin(out);
            }
            out.text += of[at];
        }
    });
}

std::shared_ptr<const TextStep> preTokenizerStep(JsonValue part) {
    std::string_view type = part.get("type").text();
    if (type == "Metaspace") {
        return metaspaceStep(part);
    }
    if (type == "WhitespaceSplit") {
        return whitespaceStep();
    }
    if (type == "Split" && part.get("pattern").get("String").textOr("") == " " && !part.get("invert").flagOr(false)
        && part.get("behavior").text() == "MergedWithPrevious") {
        return afterSpacesStep();
    }
    refuseUnknown("pre-tokenizer", type);
}

}  // namespace

TextSteps normalizersOf(JsonValue normalizer) {
    TextSteps steps;
    if (!normalizer.absent()) {
        for (JsonValue part : partsOf(normalizer, "normalizers")) {
            if (std::shared_ptr<const TextStep> step = normalizerStep(part)) {
                steps.push_back(std::move(step));
            }
        }
    }
    return steps;
}

TextSteps preTokenizersOf(JsonValue preTokenizer) {
    TextSteps steps;
    if (!preTokenizer.absent()) {
        for (JsonValue part : partsOf(preTokenizer, "pretokenizers")) {
            steps.push_back(preTokenizerStep(part));
        }
    }
    return steps;
}

bool metaspacePrepends(JsonValue metaspace) { return schemeOf(metaspace) != Scheme::Never; }

}  // namespace llmsys
