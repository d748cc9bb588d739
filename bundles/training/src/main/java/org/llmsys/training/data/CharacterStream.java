package org.llmsys.training.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import org.llmsys.assembly.Problem;

/**
 * The characters of a text in UTF-8, a block at a time; the mark at the beginning of some files is left out, and line ends become LF when
 * asked for.
 *
 * <p>Errors: a {@link Problem} for bytes that are no UTF-8 and for the character NUL, as binary files hold it.
 */
final class CharacterStream implements AutoCloseable {

    private static final int BLOCK = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String name;
    private final Reader reader;
    private final boolean lineEnds;
    private final char[] block = new char[BLOCK];
    private boolean begun;
    private boolean afterCarriageReturn;

    CharacterStream(String name, InputStream in, boolean lineEnds) {
        this.name = name;
        this.reader = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
        this.lineEnds = lineEnds;
    }

    /** Appends the next block. @return whether there was one */
    boolean read(StringBuilder to) {
        try {
            int length = reader.read(block);
            if (length < 0) {
                return false;
            }
            int first = !begun && block[0] == BYTE_ORDER_MARK ? 1 : 0;
            begun = true;
            for (int i = first; i < length; i++) {
                add(block[i], to);
            }
            return true;
        } catch (CharacterCodingException e) {
            throw new Problem("cannot read the text " + name, "it is not UTF-8", "give plain text in UTF-8", Problem.FAILED, e);
        } catch (IOException e) {
            throw new Problem("cannot read the text " + name, e.toString(), "check the file and its disk", Problem.FAILED, e);
        }
    }

    private void add(char c, StringBuilder to) {
        if (c == 0) {
            throw Problem.failed("cannot read the text " + name, "it holds the character NUL, as binary files do", "give plain text in UTF-8");
        }
        if (lineEnds && (c == '\r' || c == '\n' && afterCarriageReturn)) {
            if (c == '\r') {
                to.append('\n');
            }
        } else {
            to.append(c);
        }
        afterCarriageReturn = c == '\r';
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
