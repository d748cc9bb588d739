package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.internal.Vocabulary;

/** The pieces of a SentencePiece vocabulary, each with a score and a type; ids are their places. Immutable. */
final class Pieces {

    /** U+2581, which stands for a space. */
    static final char SPACE = '\u2581';
    static final int MOST = 1 << 20;
    /** In UTF-16 units; bounds the time that Viterbi takes for each character. */
    static final int LONGEST = 4096;

    /** One piece. */
    record Piece(String text, double score, PieceType type) {
    }

    private final List<Piece> pieces;
    private final Vocabulary vocabulary;
    private final int[] byteIds = new int[256];
    private final int unknown;
    private final PieceTrie texts;
    private final PieceTrie userDefined;

    /** @throws Problem when the list is empty, too long, holds a piece twice or more than one unknown piece */
    Pieces(List<Piece> pieces) {
        if (pieces.isEmpty() || pieces.size() > MOST) {
            throw damaged("it has " + pieces.size() + " pieces; 1 to " + MOST + " are possible");
        }
        this.pieces = List.copyOf(pieces);
        this.vocabulary = new Vocabulary(pieces.stream().map(Piece::text).toList());
        Arrays.fill(byteIds, -1);
        int found = -1;
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (piece.text().isEmpty() || piece.text().length() > LONGEST || !Double.isFinite(piece.score())) {
                throw damaged("the piece " + id + " is empty, longer than " + LONGEST + " characters, or its score is not a number");
            }
            if (piece.type() == PieceType.UNKNOWN) {
                if (found >= 0) {
                    throw damaged("the pieces " + found + " and " + id + " both stand for the unknown");
                }
                found = id;
            }
            if (piece.type() == PieceType.BYTE) {
                byteIds[byteOf(piece.text())] = id;
            }
        }
        unknown = found;
        texts = new PieceTrie(4 * pieces.size());
        boolean anyUserDefined = pieces.stream().anyMatch(piece -> piece.type() == PieceType.USER_DEFINED);
        userDefined = anyUserDefined ? new PieceTrie(16) : null;
        for (int id = 0; id < pieces.size(); id++) {
            if (isText(pieces.get(id).type())) {
                texts.add(pieces.get(id).text(), id);
            }
            if (pieces.get(id).type() == PieceType.USER_DEFINED) {
                userDefined.add(pieces.get(id).text(), id);
            }
        }
    }

    /** The pieces that are text: NORMAL, USER_DEFINED and UNUSED. */
    PieceTrie texts() {
        return texts;
    }

    /** The USER_DEFINED pieces, or null when there are none. */
    PieceTrie userDefined() {
        return userDefined;
    }

    int size() {
        return pieces.size();
    }

    List<Piece> all() {
        return pieces;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** @throws Problem for an id outside the vocabulary */
    Piece get(int id) {
        vocabulary.token(id);
        return pieces.get(id);
    }

    /** The id of this text as one of NORMAL, USER_DEFINED or UNUSED, or -1. */
    int textId(String text) {
        return texts.id(text);
    }

    static boolean isText(PieceType type) {
        return type == PieceType.NORMAL || type == PieceType.USER_DEFINED || type == PieceType.UNUSED;
    }

    /** The id of {@code </s>}, or -1. */
    int textEnd() {
        return vocabulary.id("</s>").orElse(-1);
    }

    /** The id of what stands for the unknown, or -1. */
    int unknown() {
        return unknown;
    }

    /** Whether a character that the vocabulary lacks becomes its bytes. */
    boolean hasBytes() {
        return Arrays.stream(byteIds).allMatch(id -> id >= 0);
    }

    int byteId(int value) {
        return byteIds[value & 0xFF];
    }

    /** The value of {@code <0x41>}. */
    static int byteOf(String text) {
        if (!isByte(text)) {
            throw damaged("\"" + text + "\" does not name a byte; <0x00> to <0xFF> do");
        }
        return HexFormat.fromHexDigits(text, 3, 5);
    }

    static boolean isByte(String text) {
        return text.length() == 6 && text.startsWith("<0x") && text.endsWith(">") && HexFormat.isHexDigit(text.charAt(3))
                && HexFormat.isHexDigit(text.charAt(4));
    }

    static Problem damaged(String why) {
        return Problem.failed("cannot read the tokenizer", why, "give the file that belongs to the model");
    }
}
