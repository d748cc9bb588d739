package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Trainer;

class PrepareCommandTest {

    private static final String TALES = "the old clock stood still. nobody knew why.<|endoftext|>".repeat(40);

    @TempDir
    private Path folder;

    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);

    private String run(String name, String... typed) throws Exception {
        Command command = switch (name) {
            case "prepare" -> new PrepareCommand(new Tokenizers(workbench.assemblies(), null));
            case "train" -> new TrainCommand(workbench.get(Trainer.class));
            default -> new EvalCommand(workbench.get(Trainer.class), new Models(workbench.get(ModelStore.class), workbench.assemblies()));
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(new ByteArrayInputStream(TALES.getBytes(StandardCharsets.UTF_8)), new PrintStream(out, true,
                StandardCharsets.UTF_8),
                new PrintStream(PrintStream.nullOutputStream()), false, false);
        assertEquals(0, command.run(new Arguments(HelpPage.of(name).orElseThrow(), List.of(typed)), console));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    @DisplayName("prepare, train --data, resume it and eval --data work together, with a learned vocabulary of characters and of bytes")
    void together() throws Exception {
        String text = file("tales.txt", TALES);
        for (String type : List.of("char", "byte-bpe")) {
            String data = path("data-" + type);
            String out = run("prepare", "--text", text, "--type", type, "--vocab-size", "300", "--out", data, "--separator", "<|endoftext|>",
                    "--json");
            assertTrue(out.contains("\"documents\": 40") && out.contains("\"tokenizer\": \"" + type + "\""), out);
            String model = path("model-" + type);
            String config = file("config.json",
                    "{\"model\": {\"contextLength\": 8, \"numLayers\": 1}, \"batchSize\": 2, \"batches\": \"shuffled-windows\"}");
            assertTrue(run("train", "--data", data, "--out", model, "--config", config, "--steps", "3").contains("3 steps"));
            assertTrue(run("train", "--data", data, "--out", model, "--resume").contains("3 steps"));
            assertTrue(run("eval", "--data", data, "--model", model, "--json").contains("\"loss\""));
        }
        assertThrows(Problem.class, () -> run("eval", "--data", path("data-char"), "--model", path("model-byte-bpe")));
        run("prepare", "--text", text, "--model", path("model-char"), "--out", path("again"), "--separator", "<|endoftext|>");
        assertEquals(Files.readString(folder.resolve("data-char/data.json")), Files.readString(folder.resolve("again/data.json")));
    }

    @Test
    @DisplayName("several texts, a folder and standard input are read; a folder with other things and data that is there are not overwritten")
    void inputs() throws Exception {
        String text = file("a.txt", "the cat sat");
        String tokenizer = path("first/tokenizer.json");
        assertTrue(run("prepare", "--text", text, text, "--type", "char", "--out", path("first"), "--validation", "0",
                "--json").contains("\"trainingTokens\": 22"));
        Files.createDirectory(folder.resolve("texts"));
        file("texts/b.txt", "the cat");
        file("texts/c.jsonl", "{\"text\": \"sat\"}");
        file("texts/d.bin", "not read");
        assertTrue(run("prepare", "--text", path("texts"), "--tokenizer", tokenizer, "--out", path("second"), "--validation", "0", "--json")
                .contains("\"trainingTokens\": 10"));
        run("prepare", "--text", path("a.txt"), "--tokenizer", tokenizer, "--out", path("second"), "--replace");
        assertTrue(assertThrows(Problem.class, () -> run("prepare", "--text", text, "--tokenizer", tokenizer, "--out",
                path("second"))).fix().contains("--replace"));
        assertThrows(Problem.class, () -> run("prepare", "--text", text, "--tokenizer", tokenizer, "--out", path("texts"), "--replace"));
        run("prepare", "--text", file("all.txt", TALES), "--type", "char", "--out", path("all"));
        assertTrue(run("prepare", "--text", "-", "--tokenizer", path("all/tokenizer.json"), "--separator", "<|endoftext|>", "--out", path("piped"),
                "--json")
                .contains("\"documents\": 40"));
    }

    @Test
    @DisplayName("wrong use is refused with a reason, and writes nothing")
    void refused() throws Exception {
        String text = file("a.txt", "the cat sat");
        for (String[] typed : new String[][] {{"--text", text}, {"--text", text, "--type", "char", "--tokenizer", "x"}, {"--text", "-", "--type",
                "char"},
                {"--text", text, "--type", "chart"}, {"--text", text, "--type", "char", "--clean", "much"}, {"--text", path("none.txt"), "--type",
                        "char"}}) {
            String[] whole = java.util.stream.Stream.concat(java.util.Arrays.stream(typed), java.util.stream.Stream.of("--out",
                    path("out"))).toArray(String[]::new);
            assertThrows(Problem.class, () -> run("prepare", whole), String.join(" ", typed));
        }
        assertFalse(Files.exists(folder.resolve("out")));
        assertThrows(Problem.class, () -> run("train", "--out", path("out")));
        assertThrows(Problem.class, () -> run("train", "--text", text, "--data", text, "--out", path("out")));
        assertThrows(Problem.class, () -> run("train", "--data", path("nowhere"), "--out", path("out")));
        assertThrows(Problem.class, () -> run("eval", "--model", path("out")));
    }
}
