package org.llmsys.integration.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.inside.TinyRuns;

/**
 * A Llama with grouped queries and a SentencePiece vocabulary, made by the commands themselves: trained for a moment, then written in each form of
 * file. Its rows are whole blocks of 32 numbers, so that every type of weight is one it can have. A tokenizer.bin begins every text with BOS, so the
 * files made from it do too, and the folder does not.
 *
 * @param folder safetensors, as {@code train} writes it
 * @param bin    llama2.c's form
 * @param gguf   the same numbers
 * @param q8     in Q8_0
 * @param q4     in Q4_0
 */
public record TinyLlama(String folder, String bin, String gguf, String q8, String q4) {

    /** How many tokens a text of it may have. */
    public static final int CONTEXT = 48;
    public static final int LAYERS = 2;
    public static final int HEADS = 4;

    private static final String CONFIG = """
            {"preset": "tiny", "steps": 2, "tokenizer": "sentencepiece-bpe", "model": {"family": "llama", "embeddingDim": 32, "numLayers": %d,
             "numHeads": %d, "numKvHeads": 2, "hiddenDim": 64, "contextLength": %d, "normalization": "rmsnorm", "position": "rope",
             "feedforward": "swiglu", "activation": "silu"}}
            """.formatted(LAYERS, HEADS, CONTEXT);

    /** Its files in a folder. */
    public static TinyLlama make(CommandLine llmsys, Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("stories.txt"), TinyRuns.TEXT.repeat(4));
        Path config = Files.writeString(folder.resolve("config.json"), CONFIG);
        TinyLlama made = new TinyLlama(folder.resolve("llama").toString(), folder.resolve("llama.bin").toString(), folder.resolve("llama.gguf").toString(),
                folder.resolve("llama-q8_0.gguf").toString(), folder.resolve("llama-q4_0.gguf").toString());
        ok(llmsys.run("train", "--text", text.toString(), "--out", made.folder, "--config", config.toString()));
        ok(llmsys.run("convert", "--model", made.folder, "--out", made.bin));
        ok(llmsys.run("convert", "--model", made.bin, "--out", made.gguf));
        ok(llmsys.run("convert", "--model", made.bin, "--out", made.q8, "--type", "q8_0"));
        ok(llmsys.run("convert", "--model", made.bin, "--out", made.q4, "--type", "q4_0"));
        return made;
    }

    private static void ok(Result result) {
        assertEquals(0, result.exit(), result.err());
    }
}
