package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

class TextsTest {

    @TempDir
    private Path folder;

    private String refused(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("text"), bytes);
        Problem problem = assertThrows(Problem.class, () -> Texts.read(file, "--text"));
        assertEquals(Problem.FAILED, problem.exitStatus());
        assertTrue(problem.fix().contains("--text"));
        return problem.why();
    }

    @Test
    @DisplayName("UTF-8 text is read as it is")
    void reads() throws IOException {
        assertEquals("Größe 😀\n", Texts.read(Files.writeString(folder.resolve("text"), "Größe 😀\n"), "--text"));
        assertEquals("é", Texts.read(new ByteArrayInputStream(new byte[] {(byte) 0xc3, (byte) 0xa9})));
    }

    @Test
    @DisplayName("an empty file, a binary file and another encoding are refused, each with its reason")
    void refuses() throws IOException {
        assertEquals("it is empty", refused(new byte[0]));
        assertEquals("it holds zero bytes, as binary files do", refused(new byte[] {65, 0, 66}));
        assertEquals("it is not UTF-8 text", refused(new byte[] {65, (byte) 0xe9, 66}));
    }

    @Test
    @DisplayName("a file that is not there and a folder are refused")
    void noFile() {
        assertEquals("there is no such file", assertThrows(Problem.class, () -> Texts.read(folder.resolve("none"), "--text")).why());
        assertEquals("it is a folder", assertThrows(Problem.class, () -> Texts.read(folder, "--text")).why());
    }
}
