package org.llmsys.examples.chars;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.llmsys.assembly.Problem;

/**
 * A text as numbers: every character that occurs in it has one, from 0 on, in the order of Unicode.
 *
 * <p>Example: of "abba", {@code all} is a, b and {@code ids} is 0, 1, 1, 0.
 *
 * @param all what each number stands for
 * @param ids the text
 */
record Characters(int[] all, int[] ids) {

    private static final long LARGEST = 1 << 28;
    private static final int MOST = 1 << 14;

    /** @throws Problem when it cannot be read, is no text, or has more different characters than a small network can tell apart */
    static Characters read(Path file) {
        String what = "cannot read the text " + file;
        try {
            if (!Files.isRegularFile(file)) {
                throw Problem.failed(what, Files.exists(file) ? "it is no file" : "there is no such file", "give --text a plain text file in UTF-8");
            }
            if (Files.size(file) > LARGEST) {
                throw Problem.failed(what, "it has more than " + LARGEST + " bytes", "give a part of it");
            }
            return of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString());
        } catch (CharacterCodingException e) {
            throw new Problem(what, "it is not UTF-8 text", "give --text a plain text file in UTF-8", Problem.FAILED, e);
        } catch (IOException e) {
            throw new Problem(what, e.toString(), "check that the file may be read", Problem.FAILED, e);
        }
    }

    static Characters of(String text) {
        int[] all = text.codePoints().sorted().distinct().toArray();
        if (all.length > MOST) {
            throw Problem.failed("cannot learn this text", "it has " + all.length + " different characters", "give one with at most " + MOST);
        }
        int[] ids = text.codePoints().map(character -> Arrays.binarySearch(all, character)).toArray();
        return new Characters(all, ids);
    }

    /** The character of a number. */
    String text(int id) {
        return Character.toString(all[id]);
    }
}
