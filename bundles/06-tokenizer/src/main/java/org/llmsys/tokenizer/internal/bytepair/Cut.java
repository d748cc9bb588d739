package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;

/**
 * How a model cuts text into pieces: one step after the other, each of which cuts the pieces of the one before.
 *
 * @param steps what a {@code tokenizer.json} lists as its pre-tokenizers; none for no cut at all
 */
public record Cut(List<CutStep> steps) {

    /** No cut at all. */
    static final Cut NONE = of();
    /** GPT-2, and r50k, p50k and p50k_edit of tiktoken. */
    static final Cut GPT2 = of(CutStep.GPT2);
    /** GPT-2's after every digit has been cut out. */
    static final Cut STARCODER = of(CutStep.EACH_NUMBER, CutStep.GPT2);
    /** cl100k as tiktoken cuts now: white space at the end of the text stays whole. */
    static final Cut CL100K = of(CutStep.CL100K);
    /** Llama 3, and cl100k as first published. */
    static final Cut LLAMA3 = of(CutStep.LLAMA3);
    /** Qwen 2: each digit apart. */
    static final Cut QWEN2 = of(CutStep.QWEN2);
    /** o200k of tiktoken (GPT-4o). */
    static final Cut O200K = of(CutStep.O200K);
    /** Mistral's: o200k without contractions, each digit apart. */
    static final Cut TEKKEN = of(CutStep.TEKKEN);
    /** Falcon: its last two steps look at the bytes as they are written, where ² and ³ stand for parts of characters. */
    static final Cut FALCON = of(CutStep.PUNCTUATION, CutStep.GPT2, CutStep.WRITTEN_NUMBERS, CutStep.THREE_DIGITS);
    static final Cut BLOOM = of(CutStep.BLOOM);
    static final Cut VIKING = of(CutStep.BLOOM, CutStep.EACH_NUMBER);
    static final Cut DEEPSEEK_CODER = of(CutStep.LINE_ENDS, CutStep.LETTERS, CutStep.SIGNS, CutStep.IDEOGRAPHS_AND_HANGUL, CutStep.EACH_NUMBER);
    static final Cut DEEPSEEK_V3 = of(CutStep.THREE_NUMBERS, CutStep.IDEOGRAPHS_AND_KANA, CutStep.DEEPSEEK_V3);
    /** What llama.cpp does when nobody knows better. */
    static final Cut DEFAULT = of(CutStep.SIGNS_AND_OPERATORS, CutStep.GPT2, CutStep.NUMBERS, CutStep.THREE_DIGITS);

    public Cut {
        steps = List.copyOf(steps);
    }

    static Cut of(CutStep... steps) {
        return new Cut(List.of(steps));
    }

    /** Made anew for each text, because one of several steps remembers where it is. */
    PreTokenizer scanner() {
        if (steps.isEmpty()) {
            return PreTokenizer::everything;
        }
        if (equals(STARCODER)) {
            return new Gpt2Scanner(true);
        }
        return steps.size() == 1 ? steps.getFirst().scanner() : new StepByStep(steps.stream().map(CutStep::scanner).toList());
    }
}
