// How a model cuts text into pieces: one step after another, each of which cuts the pieces of the one before.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/bytepair/scanner.h"

namespace llmsys {

// The steps that are known, by what tokenizer.json files call them.
enum class CutStep {
    Gpt2, Cl100k, Llama3, Qwen2, O200k, Tekken,
    DeepSeekV3, Bloom, EachNumber, Numbers, ThreeNumbers, ThreeDigits, Punctuation, SignsAndOperators, LineEnds, Letters, Signs, IdeographsAndHangul,
    IdeographsAndKana,
    WrittenThreeDigits, WrittenNumbers          // after ByteLevel, where each byte is a character
};

const Scanner& scannerOf(CutStep step);
// The step with this regular expression, which is compared and never executed; line ends may stand in it as themselves or as \r and \n.
std::optional<CutStep> stepOfPattern(std::string_view pattern);
// Whether nothing is left between what the expression matches, so that it does not matter what happens to the rest.
bool matchesAll(CutStep step);

// Immutable. No steps: the text is one piece.
class Cut {
public:
    static constexpr size_t MOST_STEPS = 16;

    Cut() = default;
    Cut(std::initializer_list<CutStep> steps) : Cut(std::vector<CutStep>(steps)) {}
    explicit Cut(const std::vector<CutStep>& steps) {
        for (CutStep step : steps) {
            scanners_.push_back(&scannerOf(step));
        }
    }

    // visit(from, to) for each piece in order
    template <typename Visit>
    void forEach(const uint8_t* text, size_t from, size_t to, Visit&& visit) const {
        if (from < to) {
            forEach(0, text, from, to, visit);
        }
    }

private:
    // As deep as there are steps.
    template <typename Visit>
    void forEach(size_t step, const uint8_t* text, size_t from, size_t to, Visit& visit) const {
        if (step == scanners_.size()) {
            visit(from, to);
            return;
        }
        while (from < to) {
            size_t end = scanners_[step]->end(text, from, to);
            if (step + 1 == scanners_.size()) {
                visit(from, end);
            } else {
                forEach(step + 1, text, from, end, visit);
            }
            from = end;
        }
    }

    std::vector<const Scanner*> scanners_;
};

// What a value of tokenizer.ggml.pre says: a GGUF file names a family of models and nothing more. The names are llama.cpp's; whether text is composed
// first is known from the families' own tokenizer.json.
struct GgufCut {
    Cut cut;
    bool composes;      // NFC first
    bool anyWhole;      // a piece that is a token becomes it without merging
    bool begins;        // a text begins with a special token when the file does not say
};
// Throws Error LLS_UNSUPPORTED that names what is not known.
GgufCut ggufCut(std::string_view name);

}  // namespace llmsys
