package org.llmsys.examples.chars;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.examples.Examples;
import org.llmsys.examples.RecordingNotebook;
import org.llmsys.files.SafetensorsReader;

class CharRnnTest {

    /** After "b" comes "c" or "d", and only what came before "b" tells which: a network without a memory cannot know. */
    private static final String RIDDLE = "abc ebd ebd abc abc ebd abc ebd ";

    @TempDir
    Path folder;
    private Path text;

    @BeforeEach
    void write() throws IOException {
        text = Files.writeString(folder.resolve("riddle.txt"), RIDDLE.repeat(80));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rnn", "lstm"})
    @DisplayName("it remembers: only the first letter of each word is a riddle, so its loss comes near a fourth of ln 2 or below")
    void remembers(String cell) throws IOException {
        RecordingNotebook notebook = Examples.run(CharRnn::new, "text", text, "cell", cell, "steps", 100, "out", folder.resolve("out"));
        assertTrue(notebook.result("valLoss") < 0.25, notebook.text());
        String written = (String) notebook.reports().getLast().get("text");
        assertEquals(400, written.length());
        for (String word : written.substring(0, 396).split(" ")) {
            assertTrue(word.equals("abc") || word.equals("ebd"), written);
        }
        assertTrue(SafetensorsReader.read(folder.resolve("out").resolve("char-" + cell + ".safetensors"), SafetensorsReader.NumberCheck.FINITE)
                .tensors().containsKey("memory.weight_hh_l0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rnn", "lstm"})
    @DisplayName("the same seed gives the same reports, samples too, with one, two and four threads")
    void deterministic(String cell) throws IOException {
        var once = Examples.reports(1, CharRnn::new, "text", text, "cell", cell, "steps", 5);
        assertEquals(once, Examples.reports(2, CharRnn::new, "text", text, "cell", cell, "steps", 5));
        assertEquals(once, Examples.reports(4, CharRnn::new, "text", text, "cell", cell, "steps", 5));
    }

    @Test
    @DisplayName("an unknown cell, a text that is missing, too short, no text or of too many characters: one clear error each")
    void refused() throws IOException {
        Path tooShort = Files.writeString(folder.resolve("short.txt"), "Too short.");
        Path binary = Files.write(folder.resolve("binary.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 1});
        refused("gru", "text", text, "cell", "gru");
        refused("missing.txt", "text", folder.resolve("missing.txt"));
        refused("short.txt", "text", tooShort);
        refused("binary.txt", "text", binary);
        refused("--text");
        StringBuilder many = new StringBuilder();
        for (int c = 0x4e00; c < 0x4e00 + 20_000; c++) {
            many.appendCodePoint(c);
        }
        refused("this text", "text", Files.writeString(folder.resolve("many.txt"), many));
    }

    private static void refused(String mentions, Object... options) {
        Problem problem = assertThrows(Problem.class, () -> Examples.run(CharRnn::new, options));
        assertTrue(problem.getMessage().contains(mentions), problem.text());
    }

    @Test
    @DisplayName("characters are numbered in the order of Unicode, also those outside the basic plane")
    void characters() {
        Characters characters = Characters.of("ba😀a");
        assertArrayEquals(new int[] {1, 0, 2, 0}, characters.ids());
        assertEquals("😀", characters.text(2));
    }

    @Test
    @DisplayName("streams lie side by side, pieces follow on, targets are one further")
    void streams() {
        int[] ids = new int[22];
        java.util.Arrays.setAll(ids, i -> i);
        Streams streams = new Streams(ids, 2, 4);                      // each 10 long: two pieces of 4, two left over
        assertEquals(2, streams.pieces());
        assertArrayEquals(new int[] {0, 1, 2, 3, 10, 11, 12, 13}, streams.inputs(0));
        assertArrayEquals(new int[] {4, 5, 6, 7, 14, 15, 16, 17}, streams.inputs(1));
        assertArrayEquals(new int[] {5, 6, 7, 8, 15, 16, 17, 18}, streams.targets(1));
        assertEquals(10, new Streams(ids, 2, 99).time());
    }
}
