package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One step of a cut, as {@code tokenizer.json} files name it: a kind of pre-tokenizer, or {@code Split} with a regular expression. An
 * expression is compared with the ones known here and never executed; each stands for a scanner that cuts exactly as it does.
 */
enum CutStep {

    /** {@code ByteLevel} with its own expression, and the ways to write it. */
    GPT2(new Gpt2Scanner(false),
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
    CL100K(new Cl100kScanner(3, true),
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s+\\z|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    LLAMA3(new Cl100kScanner(3, false),
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
    QWEN2(new Cl100kScanner(1, false),
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
    O200K(new O200kScanner(3, true),
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    TEKKEN(new O200kScanner(1, false),
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    DEEPSEEK_V3(new Isolated(new DeepSeekMatch()),
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+"
                    + "|\\s+(?!\\S)|\\s+"),
    BLOOM(new Isolated(Isolated.run(Sets.BLANK, Sets.BLOOM, Integer.MAX_VALUE)),
            " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+",
            " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+"),
    /** {@code Digits} with {@code individual_digits}. */
    EACH_NUMBER(new Isolated(Isolated.run(null, Sets.NUMBERS, 1)), "\\p{N}", "\\p{N}{1}"),
    /** {@code Digits} without. */
    NUMBERS(new Isolated(Isolated.run(Sets.NUMBERS)), "\\p{N}+"),
    THREE_NUMBERS(new Isolated(Isolated.run(null, Sets.NUMBERS, 3)), "\\p{N}{1,3}"),
    THREE_DIGITS(new Isolated(Isolated.three(CharacterSet.ranges('0', '9'))), "[0-9][0-9][0-9]"),
    /** {@code Punctuation} with the behaviour {@code Contiguous}; by the present Unicode, where the library still has Unicode 8. */
    PUNCTUATION(new Isolated(Isolated.run(CharacterSet.punctuationAnd("$+<=>^`|~")))),
    SIGNS_AND_OPERATORS(new Isolated(Isolated.run(CharacterSet.punctuationAnd("$+<=>^|~"))), "[\\p{P}\\$\\+<=>\\^~\\|]+"),
    LINE_ENDS(new Isolated(Isolated.run(null, CharacterSet.ofClass(CharacterClass.NEWLINE), 1)), "[\\r\\n]"),
    LETTERS(new Isolated(Isolated.run(Sets.SPACES, CharacterSet.ofClass(CharacterClass.LETTER), Integer.MAX_VALUE)), "\\s?\\p{L}+"),
    SIGNS(new Isolated(Isolated.run(Sets.SPACES, CharacterSet.punctuationAnd(""), Integer.MAX_VALUE)), "\\s?\\p{P}+"),
    IDEOGRAPHS_AND_HANGUL(new Isolated(Isolated.run(CharacterSet.ranges(0x800, 0x9FA5, 0xAC00, 0xD7FF))),
            "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"),
    IDEOGRAPHS_AND_KANA(new Isolated(Isolated.run(CharacterSet.ranges(0x4E00, 0x9FA5, 0x3040, 0x30FF))),
            "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"),
    /** {@code Digits} after {@code ByteLevel}: of the characters that bytes are written with, 0 to 9, ², ³, ¹, ¼, ½ and ¾ are numbers. */
    WRITTEN_NUMBERS(new Isolated(Isolated.run(Sets.WRITTEN_NUMBERS)));

    /** Sets that steps are made of. */
    private static final class Sets {
        static final CharacterSet NUMBERS = CharacterSet.ofClass(CharacterClass.NUMBER);
        static final CharacterSet SPACES = CharacterSet.ofClass(CharacterClass.SPACE);
        static final CharacterSet BLANK = CharacterSet.ranges(' ', ' ');
        static final CharacterSet BLOOM = (text, at, to) -> (CharacterClass.at(text, at, to) & CharacterClass.SPACE) == 0
                && "(|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)".indexOf(CharacterClass.codePoint(text, at, to)) < 0;
        static final CharacterSet WRITTEN_NUMBERS = (text, at, to) -> {
            int value = text[at] & 0xFF;
            return value >= '0' && value <= '9' || value == 0xB2 || value == 0xB3 || value == 0xB9 || value >= 0xBC && value <= 0xBE;
        };
    }

    private final PreTokenizer scanner;
    private final List<String> patterns;

    CutStep(PreTokenizer scanner, String... patterns) {
        this.scanner = scanner;
        this.patterns = List.of(patterns);
    }

    PreTokenizer scanner() {
        return scanner;
    }

    /** The regular expression that files say it with, if one does. */
    Optional<String> pattern() {
        return patterns.stream().findFirst();
    }

    /** Whether nothing is left between what the expression matches, so that it does not matter what happens to the rest. */
    boolean matchesAll() {
        return ordinal() <= TEKKEN.ordinal();
    }

    /** The step with this expression; line ends may stand in it as themselves or as {@code \r} and {@code \n}. */
    static Optional<CutStep> ofPattern(String pattern) {
        String written = pattern.replace("\r", "\\r").replace("\n", "\\n");
        return Arrays.stream(values()).filter(step -> step.patterns.contains(written)).findFirst();
    }
}
