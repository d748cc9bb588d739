package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * The ways in which published models cut text into pieces. A model's file names its way by a regular expression, which is compared
 * with the ones known here and never executed.
 */
public enum Cut {

    /** No cut at all. */
    NONE(PreTokenizer::everything, List.of(), List.of()),
    /** GPT-2, and r50k, p50k and p50k_edit of tiktoken. */
    GPT2(new Gpt2Scanner(false), List.of(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
            List.of("gpt-2", "gpt2", "phi-2")),
    /** GPT-2's after every digit has been cut out. */
    STARCODER(new Gpt2Scanner(true), List.of(), List.of("starcoder", "refact", "command-r", "smollm", "codeshell")),
    /** cl100k as tiktoken cuts now: white space at the end of the text stays whole. */
    CL100K(new Cl100kScanner(3, true), List.of(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+\\z|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
            List.of()),
    /** Llama 3, and cl100k as first published. */
    LLAMA3(new Cl100kScanner(3, false), List.of(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
            List.of("llama-bpe", "llama3", "llama-v3", "falcon3")),
    /** Qwen 2: each digit apart. */
    QWEN2(new Cl100kScanner(1, false), List.of(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
            List.of("qwen2", "stablelm2", "deepseek-r1-qwen", "megrez")),
    /** o200k of tiktoken (GPT-4o). */
    O200K(new O200kScanner(), List.of(
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
            List.of("gpt-4o", "llama4"));

    private final PreTokenizer scanner;
    private final List<String> patterns;
    private final List<String> ggufNames;

    Cut(PreTokenizer scanner, List<String> patterns, List<String> ggufNames) {
        this.scanner = scanner;
        this.patterns = patterns;
        this.ggufNames = ggufNames;
    }

    PreTokenizer scanner() {
        return scanner;
    }

    /** The regular expression that {@code tokenizer.json} files say it with; {@link #NONE} and {@link #STARCODER} have none. */
    String pattern() {
        return patterns.getFirst();
    }

    /** @throws Problem for an expression that is not one of the known ones, letter for letter */
    static Cut ofPattern(String pattern) {
        return Arrays.stream(values()).filter(cut -> cut.patterns.contains(pattern)).findFirst().orElseThrow(() -> Problem.failed(
                "cannot read the tokenizer", "it cuts text by the expression " + shortened(pattern) + ", which is not one of the known ones",
                "use a tokenizer that cuts like GPT-2, cl100k, o200k, Llama 3, StarCoder or Qwen 2"));
    }

    /**
     * By the value of {@code tokenizer.ggml.pre} in a GGUF file.
     *
     * @throws Problem for a name that is not known
     */
    public static Cut ofGguf(String name) {
        return Arrays.stream(values()).filter(cut -> cut.ggufNames.contains(name)).findFirst().orElseThrow(() -> Problem.failed(
                "cannot read the tokenizer", "the file's tokenizer.ggml.pre is \"" + shortened(name) + "\", a cut that is not known here",
                "use a model whose tokenizer cuts like GPT-2, Llama 3, GPT-4o, StarCoder or Qwen 2"));
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
