#include "engine/tokenizer/bytepair/cut.h"

#include "engine/tokenizer/bytepair/isolating_scanner.h"
#include "engine/tokenizer/tokenizer.h"

namespace llmsys {

namespace {

struct Pattern {
    CutStep step;
    const char* text;
};

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define UPPER_PART "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER_PART "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define NO_LETTER "[^\\r\\n\\p{L}\\p{N}]?"
#define WHITE "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

const Pattern PATTERNS[] = {
    {CutStep::Gpt2, "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
    {CutStep::Gpt2, "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
    {CutStep::Cl100k, CONTRACTIONS "|" NO_LETTER "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+\\z" WHITE},
    {CutStep::Llama3, CONTRACTIONS "|" NO_LETTER "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" WHITE},
    {CutStep::Llama3, "'(?i:[sdmt]|ll|ve|re)|" NO_LETTER "+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"},
    {CutStep::Qwen2, CONTRACTIONS "|" NO_LETTER "\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" WHITE},
    {CutStep::Qwen2, "'(?i:[sdmt]|ll|ve|re)|" NO_LETTER "+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"},
    {CutStep::O200k, NO_LETTER UPPER_PART "*" LOWER_PART "+" CONTRACTIONS "?|" NO_LETTER UPPER_PART "+" LOWER_PART "*" CONTRACTIONS
                     "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" WHITE},
    {CutStep::Tekken, NO_LETTER UPPER_PART "*" LOWER_PART "+|" NO_LETTER UPPER_PART "+" LOWER_PART "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" WHITE},
    {CutStep::DeepSeekV3, "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}"
        "]+[\\r\\n]*" WHITE},
    {CutStep::Bloom, " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+"},
    {CutStep::Bloom, " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+"},
    {CutStep::EachNumber, "\\p{N}"},
    {CutStep::EachNumber, "\\p{N}{1}"},
    {CutStep::Numbers, "\\p{N}+"},
    {CutStep::ThreeNumbers, "\\p{N}{1,3}"},
    {CutStep::ThreeDigits, "[0-9][0-9][0-9]"},
    {CutStep::SignsAndOperators, "[\\p{P}\\$\\+<=>\\^~\\|]+"},
    {CutStep::LineEnds, "[\\r\\n]"},
    {CutStep::Letters, "\\s?\\p{L}+"},
    {CutStep::Signs, "\\s?\\p{P}+"},
    {CutStep::IdeographsAndHangul, "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"},
    {CutStep::IdeographsAndKana, "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"},
};

const Cut GPT2{CutStep::Gpt2};
const Cut STARCODER{CutStep::EachNumber, CutStep::Gpt2};
const Cut LLAMA3{CutStep::Llama3};
const Cut QWEN2{CutStep::Qwen2};

struct Family {
    const char* names;      // each with a blank around it
    GgufCut cut;
};

const Family FAMILIES[] = {
    {" gpt-2 gpt2 phi-2 jais jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe gigachat a.x-4.0 mellum exaone4 trillion"
     " granite-docling ", {GPT2, false, false, false}},
    {" mpt olmo modern-bert ", {GPT2, true, false, false}},
    {" starcoder refact smollm codeshell exaone minerva-7b ", {STARCODER, false, false, false}},
    {" command-r ", {STARCODER, true, false, false}},
    {" llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 ", {LLAMA3, false, true, true}},
    {" dbrx smaug-bpe chatglm-bpe glm4 ", {LLAMA3, false, false, false}},
    {" qwen2 deepseek-r1-qwen ", {QWEN2, true, false, false}},
    {" stablelm2 megrez hunyuan grok-2 bailingmoe bailingmoe2 llada-moe kormo solar-open ", {QWEN2, false, false, false}},
    {" gpt-4o llama4 kanana2 minimax-m2 ", {{CutStep::O200k}, false, false, false}},
    {" tekken ", {{CutStep::Tekken}, false, true, true}},
    {" falcon ", {{CutStep::Punctuation, CutStep::Gpt2, CutStep::WrittenNumbers, CutStep::WrittenThreeDigits}, false, false, false}},
    {" bloom poro-chat gpt3-finnish ", {{CutStep::Bloom}, false, false, false}},
    {" viking ", {{CutStep::Bloom, CutStep::EachNumber}, false, false, false}},
    {" deepseek-coder ", {{CutStep::LineEnds, CutStep::Letters, CutStep::Signs, CutStep::IdeographsAndHangul, CutStep::EachNumber}, false, false,
            false}},
    {" deepseek-v3 hunyuan-dense ", {{CutStep::ThreeNumbers, CutStep::IdeographsAndKana, CutStep::DeepSeekV3}, false, false, false}},
    {" default ", {{CutStep::SignsAndOperators, CutStep::Gpt2, CutStep::Numbers, CutStep::ThreeDigits}, false, false, false}},
};

}  // namespace

const Scanner& scannerOf(CutStep step) {
    static const Gpt2Scanner gpt2;
    static const Cl100kScanner cl100k(3, true), llama3(3, false), qwen2(1, false);
    static const O200kScanner o200k(3, true), tekken(1, false);
    static const IsolatingScanner deepSeek(matches::deepSeek), bloom(matches::bloom), eachNumber(matches::eachNumber), numbers(matches::numbers),
            threeNumbers(matches::threeNumbers), threeDigits(matches::threeDigits), punctuation(matches::punctuation),
            signsAndOperators(matches::signsAndOperators), lineEnds(matches::lineEnd), letters(matches::letters), signs(matches::signs),
            hangul(matches::ideographsAndHangul), kana(matches::ideographsAndKana), writtenThree(matches::threeDigits, true),
            writtenNumbers(matches::writtenNumbers, true);
    switch (step) {
        case CutStep::Gpt2: return gpt2;
        case CutStep::Cl100k: return cl100k;
        case CutStep::Llama3: return llama3;
        case CutStep::Qwen2: return qwen2;
        case CutStep::O200k: return o200k;
        case CutStep::Tekken: return tekken;
        case CutStep::DeepSeekV3: return deepSeek;
        case CutStep::Bloom: return bloom;
        case CutStep::EachNumber: return eachNumber;
        case CutStep::Numbers: return numbers;
        case CutStep::ThreeNumbers: return threeNumbers;
        case CutStep::ThreeDigits: return threeDigits;
        case CutStep::Punctuation: return punctuation;
        case CutStep::SignsAndOperators: return signsAndOperators;
        case CutStep::LineEnds: return lineEnds;
        case CutStep::Letters: return letters;
        case CutStep::Signs: return signs;
        case CutStep::IdeographsAndHangul: return hangul;
        case CutStep::IdeographsAndKana: return kana;
        case CutStep::WrittenThreeDigits: return writtenThree;
        case CutStep::WrittenNumbers: break;
    }
    return writtenNumbers;
}

std::optional<CutStep> stepOfPattern(std::string_view pattern) {
    std::string written;
    for (char c : pattern) {
        written += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
    }
    for (const Pattern& known : PATTERNS) {
        if (written == known.text) {
            return known.step;
        }
    }
    return std::nullopt;
}

bool matchesAll(CutStep step) { return step <= CutStep::Tekken; }

GgufCut ggufCut(std::string_view name) {
    std::string among = " " + std::string(name.substr(0, 200)) + " ";
    std::string known;
    for (const Family& family : FAMILIES) {
        std::string_view names = family.names;
        if (name.find(' ') == std::string_view::npos && !name.empty() && names.find(among) != std::string_view::npos) {
            return family.cut;
        }
        known += " " + std::string(names.substr(1, names.find(' ', 1) - 1));
    }
    throw Error(LLS_UNSUPPORTED, "cannot read the tokenizer",
                "the file's tokenizer.ggml.pre is \"" + among.substr(1, among.size() - 2) + "\", a cut that is not known here",
                "use a model with another tokenizer; known are" + known);
}

}  // namespace llmsys
