package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;

/**
 * What a value of {@code tokenizer.ggml.pre} says: a GGUF file names a family of models and nothing more. The names and what they mean
 * are llama.cpp's; whether text is composed first is known from the families' own {@code tokenizer.json}.
 *
 * @param names    the values that mean this
 * @param nfc      whether text is composed first
 * @param anyWhole whether a piece that is a token becomes it without merging
 * @param begins   whether a text begins with a special token when the file does not say
 */
record GgufCut(List<String> names, Cut cut, boolean nfc, boolean anyWhole, boolean begins) {

    private static final List<GgufCut> KNOWN = List.of(
            plain(Cut.GPT2, "gpt-2", "gpt2", "phi-2", "jais", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en",
                    "jina-v2-code", "roberta-bpe", "gigachat", "a.x-4.0", "mellum", "exaone4", "trillion", "granite-docling"),
            composed(Cut.GPT2, "mpt", "olmo", "modern-bert"),
            plain(Cut.STARCODER, "starcoder", "refact", "smollm", "codeshell", "exaone", "minerva-7b"),
            composed(Cut.STARCODER, "command-r"),
            new GgufCut(List.of("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"),
                    Cut.LLAMA3, false, true, true),
            plain(Cut.LLAMA3, "dbrx", "smaug-bpe", "chatglm-bpe", "glm4"),
            composed(Cut.QWEN2, "qwen2", "deepseek-r1-qwen"),
            plain(Cut.QWEN2, "stablelm2", "megrez", "hunyuan", "grok-2", "bailingmoe", "bailingmoe2", "llada-moe", "kormo", "solar-open"),
            plain(Cut.O200K, "gpt-4o", "llama4", "kanana2", "minimax-m2"),
            new GgufCut(List.of("tekken"), Cut.TEKKEN, false, true, true),
            plain(Cut.FALCON, "falcon"),
            plain(Cut.BLOOM, "bloom", "poro-chat", "gpt3-finnish"),
            plain(Cut.VIKING, "viking"),
            plain(Cut.DEEPSEEK_CODER, "deepseek-coder"),
            plain(Cut.DEEPSEEK_V3, "deepseek-v3", "hunyuan-dense"),
            plain(Cut.DEFAULT, "default"));

    private static GgufCut plain(Cut cut, String... names) {
        return new GgufCut(List.of(names), cut, false, false, false);
    }

    private static GgufCut composed(Cut cut, String... names) {
        return new GgufCut(List.of(names), cut, true, false, false);
    }

    /** @throws Problem for a name that is not known */
    static GgufCut named(String name) {
        return KNOWN.stream().filter(known -> known.names().contains(name)).findFirst().orElseThrow(() -> Problem.failed(
                "cannot read the tokenizer", "the file's tokenizer.ggml.pre is \"" + (name.length() <= 200 ? name : name.substring(0, 200) + "\u2026")
                        + "\", a cut that is not known here", "use a model with another tokenizer; known are "
                        + String.join(", ", KNOWN.stream().flatMap(known -> Stream.of(known.names().getFirst())).toList())));
    }

    /** The name for these, if there is one. */
    static Optional<String> nameOf(Cut cut, boolean nfc, boolean anyWhole) {
        return KNOWN.stream().filter(known -> known.cut().equals(cut) && known.nfc() == nfc && known.anyWhole() == anyWhole)
                .findFirst().map(known -> known.names().getFirst());
    }
}
