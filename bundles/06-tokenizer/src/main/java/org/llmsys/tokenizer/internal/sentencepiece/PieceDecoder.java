package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.llmsys.tokenizer.StreamingDecoder;

/**
 * Pieces back to text: U+2581 becomes a space, the space before the text goes, and bytes wait until they are a character. A byte that
 * belongs to none becomes U+FFFD.
 */
final class PieceDecoder implements StreamingDecoder {

    private static final char REPLACEMENT = '\uFFFD';

    private final Pieces pieces;
    private final TextForm form;
    /** Whether the next space is the one that was put before the text. */
    private boolean atStart = true;
    private byte[] held = new byte[16];
    private int count;

    PieceDecoder(Pieces pieces, TextForm form) {
        this.pieces = pieces;
        this.form = form;
    }

    @Override
    public String next(int id) {
        Pieces.Piece piece = pieces.get(id);
        if (piece.type() == PieceType.BYTE) {
            if (count == held.length) {
                held = Arrays.copyOf(held, 2 * count);
            }
            held[count++] = (byte) Pieces.byteOf(piece.text());
            return seen(form.bytesTogether() ? "" : complete(false));
        }
        String bytes = finish();
        return bytes + seen(switch (piece.type()) {
            case CONTROL -> "";
            case UNKNOWN -> form.unknownText();
            default -> spaced(piece.text());
        });
    }

    @Override
    public String finish() {
        return seen(form.bytesTogether() ? together() : complete(true));
    }

    private String seen(String text) {
        atStart &= text.isEmpty();
        return text;
    }

    private String spaced(String piece) {
        if (!atStart || form.stripping() == TextForm.Stripping.NONE || piece.charAt(0) != Pieces.SPACE
                && form.stripping() != TextForm.Stripping.FIRST_PIECE) {
            return piece.replace(Pieces.SPACE, ' ');
        }
        atStart = form.stripping() == TextForm.Stripping.ALL;
        return form.stripping() == TextForm.Stripping.FIRST_PIECE ? piece.replace(String.valueOf(Pieces.SPACE), "")
                : piece.substring(1).replace(Pieces.SPACE, ' ');
    }

    private String together() {
        byte[] run = Arrays.copyOf(held, count);
        count = 0;
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run)).toString();
        } catch (CharacterCodingException e) {
            return String.valueOf(REPLACEMENT).repeat(run.length);
        }
    }

    /** The characters at the front of what is held; a first byte that cannot become one is replaced. */
    private String complete(boolean end) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        while (from < count) {
            int length = characterLength(held[from]);
            if (length > count - from && !end && canGrow(from)) {
                break;
            }
            String character = length == 0 || length > count - from ? null : character(from, length);
            text.append(character == null ? String.valueOf(REPLACEMENT) : character);
            from += character == null ? 1 : length;
        }
        System.arraycopy(held, from, held, 0, count - from);
        count -= from;
        return text.toString();
    }

    /** Bytes of the character that this byte begins, 0 when none begins so. */
    private static int characterLength(byte first) {
        int b = first & 0xFF;
        return b < 0x80 ? 1 : b < 0xC2 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 0;
    }

    private boolean canGrow(int from) {
        for (int at = from + 1; at < count; at++) {
            if ((held[at] & 0xC0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    private String character(int from, int length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(held, from, length)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
