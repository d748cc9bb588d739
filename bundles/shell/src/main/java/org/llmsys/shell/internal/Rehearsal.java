package org.llmsys.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.llmsys.shell.Console;

/**
 * Runs the commands that people run, into nothing, while the JVM takes down which classes they need. Whether they succeed does not matter.
 *
 * <p>The shipped model is a GPT-2 of characters in safetensors. What other people's models need besides, a Llama made here on the way has:
 * rotary positions, RMSNorm, SwiGLU, a SentencePiece vocabulary, the two other forms of file, weights in Q8_0.
 */
final class Rehearsal {

    private static final List<String> LIGHT = List.of(
            "services", "services --slot matmul --json", "tokenize clock", "tokenize --json clock", "doctor", "doctor --json", "version",
            "use matmul");
    private static final List<String> WRITING = List.of(
            "generate --prompt clock --max-tokens 8", "generate --prompt clock --max-tokens 8 --top-k 5 --top-p 0.9 --json");
    private static final List<String> LLAMA = List.of(
            "train --text TEXT --out LLAMA --config CONFIG", "convert --model LLAMA --out LLAMA.bin", "convert --model LLAMA --out LLAMA.gguf --type q8_0",
            "generate --model LLAMA --prompt clock --max-tokens 8", "generate --model LLAMA.bin --prompt clock --max-tokens 8 --temperature 0",
            "generate --model LLAMA.gguf --prompt clock --max-tokens 8 --temperature 0", "model-info --model LLAMA.gguf",
            "step --model LLAMA --prompt clock --steps 2", "logit-lens --model LLAMA --prompt clock", "saliency --model LLAMA --prompt clock",
            "attention --model LLAMA --prompt clock", "trace --model LLAMA --prompt clock", "ablate --model LLAMA --prompt clock --heads 0.0");
    private static final String CONFIG = """
            {"preset": "tiny", "steps": 1, "tokenizer": "sentencepiece-bpe", "model": {"family": "llama", "embeddingDim": 32, "numLayers": 2,
             "numHeads": 2, "numKvHeads": 1, "hiddenDim": 64, "contextLength": 64, "normalization": "rmsnorm", "position": "rope",
             "feedforward": "swiglu", "activation": "silu"}}
            """;
    private static final int CHARACTERS = 3000;

    private final CommandLine commands;

    Rehearsal(CommandLine commands) {
        this.commands = commands;
    }

    /** @return the exit status, always 0 */
    int run(boolean light) {
        if (light) {
            LIGHT.forEach(this::run);
            return 0;
        }
        WRITING.forEach(this::run);
        try {
            withLlama();
        } catch (IOException nowhereToWrite) {
            return 0;                                                  // the rest starts a little slower, that is all
        }
        return 0;
    }

    private void withLlama() throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Models.home().resolve("tmp")), "rehearsal-");
        try {
            String stories = Files.readString(Models.corpus());
            Path text = Files.writeString(folder.resolve("text"), stories.substring(0, Math.min(CHARACTERS, stories.length())));
            Path config = Files.writeString(folder.resolve("config"), CONFIG);
            for (String line : LLAMA) {
                List<String> words = new ArrayList<>();
                for (String word : line.split(" ")) {
                    words.add(switch (word) {
                        case "TEXT" -> text.toString();
                        case "CONFIG" -> config.toString();
                        default -> word.startsWith("LLAMA") ? folder.resolve(word).toString() : word;
                    });
                }
                run(words);
            }
        } finally {
            try (Stream<Path> inside = Files.walk(folder)) {
                for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private void run(String line) {
        run(List.of(line.split(" ")));
    }

    private void run(List<String> words) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        commands.run(new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false), words.toArray(String[]::new));
    }
}
