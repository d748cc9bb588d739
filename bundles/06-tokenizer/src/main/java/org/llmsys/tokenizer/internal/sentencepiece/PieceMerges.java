package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which two symbols merge, how early, and into which piece. A symbol is a piece, or a character that is no piece: such characters have
 * the numbers from V on. Immutable.
 *
 * @param table      (left, right) to (rank, piece), each pair as high and low half of a number
 * @param characters the symbol of each character that merges may begin with
 */
record PieceMerges(LongTable table, LongTable characters) {

    /** The pieces {@code left} and {@code right} become {@code merged}. */
    record Rule(int left, int right, int merged) {
    }

    /**
     * SentencePiece's rule: any two symbols merge that together are a piece, the piece with the highest score first. Pieces with equal
     * scores share a rank, so among them the leftmost goes first.
     */
    static PieceMerges byScore(Pieces pieces) {
        Splits splits = new Splits(pieces);
        LongTable table = new LongTable(pieces.size());
        int rank = -1;
        double score = Double.NaN;
        for (int id : byFallingScore(pieces)) {
            if (pieces.get(id).score() != score) {
                rank++;
                score = pieces.get(id).score();
            }
            for (Rule rule : splits.of(id)) {
                table.put(pair(rule.left(), rule.right()), pair(rank, id));
            }
        }
        return new PieceMerges(table, splits.characters);
    }

    /** The rule of Hugging Face's BPE: only the listed pairs merge, in the order of the list; of two equal pairs the later counts. */
    static PieceMerges inOrder(Pieces pieces, List<Rule> rules) {
        LongTable characters = new LongTable(256);
        for (int id = 0; id < pieces.size(); id++) {
            String text = pieces.get(id).text();
            if (text.codePointCount(0, text.length()) == 1) {
                characters.put(text.codePointAt(0), id);
            }
        }
        LongTable table = new LongTable(rules.size());
        for (int rank = 0; rank < rules.size(); rank++) {
            table.put(pair(rules.get(rank).left(), rules.get(rank).right()), pair(rank, rules.get(rank).merged()));
        }
        return new PieceMerges(table, characters);
    }

    /** The pairs of whole pieces that merge by score, in the order in which they would. */
    static List<Rule> listed(Pieces pieces) {
        Splits splits = new Splits(pieces);
        List<Rule> rules = new ArrayList<>();
        for (int id : byFallingScore(pieces)) {
            List<Rule> of = splits.of(id);
            of.removeIf(rule -> rule.left() >= pieces.size() || rule.right() >= pieces.size());
            of.sort(Comparator.comparingInt(Rule::left).thenComparingInt(Rule::right));
            rules.addAll(of);
        }
        return rules;
    }

    static long pair(int high, int low) {
        return (long) high << 32 | low;
    }

    private static List<Integer> byFallingScore(Pieces pieces) {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            Pieces.Piece piece = pieces.get(id);
            // user-defined pieces stand by themselves from the start and merge with nothing
            if (piece.type() == PieceType.NORMAL || piece.type() == PieceType.UNUSED) {
                ids.add(id);
            }
        }
        ids.sort(Comparator.comparingDouble((Integer id) -> pieces.get(id).score()).reversed());
        return ids;
    }

    /** The ways in which a piece is two symbols: found by walking its characters down a tree of pieces, and up one of pieces from behind. */
    private static final class Splits {

        final LongTable characters = new LongTable(256);
        private final Pieces pieces;
        private final PieceTrie backward;
        private int[] rights = new int[16];

        Splits(Pieces pieces) {
            this.pieces = pieces;
            this.backward = new PieceTrie(4 * pieces.size());
            for (int id = 0; id < pieces.size(); id++) {
                String text = pieces.get(id).text();
                if (!Pieces.isText(pieces.get(id).type())) {
                    continue;
                }
                backward.add(new StringBuilder(text).reverse(), id);
                text.codePoints().filter(c -> characters.get(c) == LongTable.NONE).forEach(c -> {
                    int one = pieces.textId(Character.toString(c));
                    characters.put(c, one >= 0 ? one : pieces.size() + characters.size());
                });
            }
        }

        List<Rule> of(int id) {
            String text = pieces.get(id).text();
            if (rights.length < text.length()) {
                rights = new int[2 * text.length()];
            }
            CharSequence behind = new StringBuilder(text).reverse();
            int node = PieceTrie.ROOT;
            for (int at = text.length() - 1; at > 0; at--) {
                node = node == PieceTrie.NONE ? node : backward.child(node, behind.charAt(text.length() - 1 - at));
                rights[at] = node == PieceTrie.NONE ? -1 : backward.idAt(node);
            }
            List<Rule> rules = new ArrayList<>();
            node = PieceTrie.ROOT;
            for (int at = 0; at < text.length() - 1; at++) {
                node = node == PieceTrie.NONE ? node : pieces.texts().child(node, text.charAt(at));
                int cut = at + 1;
                if (Character.isLowSurrogate(text.charAt(cut))) {
                    continue;
                }
                int left = symbol(node == PieceTrie.NONE ? -1 : pieces.texts().idAt(node), text, 0, cut);
                int right = symbol(rights[cut], text, cut, text.length());
                if (left >= 0 && right >= 0) {
                    rules.add(new Rule(left, right, id));
                }
            }
            return rules;
        }

        private int symbol(int id, String text, int from, int to) {
            if (id >= 0) {
                return pieces.get(id).type() == PieceType.USER_DEFINED ? -1 : id;
            }
            int character = text.codePointAt(from);
            return Character.charCount(character) == to - from ? (int) characters.get(character) : -1;
        }
    }
}
