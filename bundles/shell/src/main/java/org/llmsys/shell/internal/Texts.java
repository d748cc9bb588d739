package org.llmsys.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.assembly.Problem;

/** Reads text that people name on the command line. */
final class Texts {

    private static final long LARGEST = 1L << 30;

    private Texts() {
    }

    /** @throws Problem when it is missing, empty, too large or no text */
    static String read(Path file, String option) {
        String what = "cannot read the text file " + file;
        String fix = "give " + option + " the path of a plain text file in UTF-8";
        if (!Files.exists(file)) {
            throw Problem.failed(what, "there is no such file", fix);
        }
        if (Files.isDirectory(file)) {
            throw Problem.failed(what, "it is a folder", fix);
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw Problem.failed(what, "it has " + Files.size(file) + " bytes; texts are read whole, up to " + LARGEST, "give a part of it");
            }
            return decode(Files.readAllBytes(file), what, fix);
        } catch (IOException e) {
            throw new Problem(what, e.toString(), "check that the file may be read", Problem.FAILED, e);
        }
    }

    /** All of standard input. */
    static String read(InputStream in) throws IOException {
        return decode(in.readAllBytes(), "cannot read the text from standard input", "send plain text in UTF-8");
    }

    private static String decode(byte[] bytes, String what, String fix) {
        if (bytes.length == 0) {
            throw Problem.failed(what, "it is empty", fix);
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw Problem.failed(what, "it holds zero bytes, as binary files do", fix);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Problem(what, "it is not UTF-8 text", fix, Problem.FAILED, e);
        }
    }
}
