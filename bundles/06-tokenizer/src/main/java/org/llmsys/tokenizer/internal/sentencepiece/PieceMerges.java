package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.tokenizer.internal.bytepair.MergeTable;

/**
 * Which two symbols merge, how early, and into which piece. A symbol is a piece, or a character that is no piece: such characters have
 * the numbers from V on. Immutable.
 *
 * @param table      (left, right) to (rank, piece)
 * @param characters the symbol of each character that merges may begin with
 */
record PieceMerges(MergeTable table, Map<Integer, Integer> characters) {

    /** The pieces {@code left} and {@code right} become {@code merged}. */
    record Rule(int left, int right, int merged) {
    }

    /**
     * SentencePiece's rule: any two symbols merge that together are a piece, the piece with the highest score first. Pieces with equal
     * scores share a rank, so among them the leftmost goes first.
     */
    static PieceMerges byScore(Pieces pieces) {
        Map<Integer, Integer> characters = characters(pieces);
        MergeTable table = new MergeTable(pieces.size());
        int rank = -1;
        double score = Double.NaN;
        for (int id : byFallingScore(pieces)) {
            Pieces.Piece piece = pieces.get(id);
            if (piece.score() != score) {
                rank++;
                score = piece.score();
            }
            for (Rule rule : splits(piece.text(), id, pieces, characters)) {
                table.put(rule.left(), rule.right(), rank, id);
            }
        }
        return new PieceMerges(table, characters);
    }

    /** The rule of Hugging Face's BPE: only the listed pairs merge, in the order of the list. */
    static PieceMerges inOrder(Pieces pieces, List<Rule> rules) {
        Map<Integer, Integer> characters = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            String text = pieces.get(id).text();
            if (text.codePointCount(0, text.length()) == 1) {
                characters.put(text.codePointAt(0), id);
            }
        }
        MergeTable table = new MergeTable(rules.size());
        for (int rank = 0; rank < rules.size(); rank++) {
            table.put(rules.get(rank).left(), rules.get(rank).right(), rank, rules.get(rank).merged());
        }
        return new PieceMerges(table, characters);
    }

    /** The pairs of whole pieces that merge by score, in the order in which they would. */
    static List<Rule> listed(Pieces pieces) {
        Map<Integer, Integer> characters = characters(pieces);
        List<Rule> rules = new ArrayList<>();
        for (int id : byFallingScore(pieces)) {
            List<Rule> splits = splits(pieces.get(id).text(), id, pieces, characters);
            splits.removeIf(rule -> rule.left() >= pieces.size() || rule.right() >= pieces.size());
            splits.sort(Comparator.comparingInt(Rule::left).thenComparingInt(Rule::right));
            rules.addAll(splits);
        }
        return rules;
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

    private static Map<Integer, Integer> characters(Pieces pieces) {
        Map<Integer, Integer> characters = new HashMap<>();
        for (Pieces.Piece piece : pieces.all()) {
            if (Pieces.isText(piece.type())) {
                piece.text().codePoints().forEach(c -> characters.computeIfAbsent(c, absent -> {
                    int id = pieces.textId(Character.toString(c));
                    return id >= 0 ? id : pieces.size() + characters.size();
                }));
            }
        }
        return characters;
    }

    private static List<Rule> splits(String text, int id, Pieces pieces, Map<Integer, Integer> characters) {
        List<Rule> splits = new ArrayList<>();
        for (int cut = text.offsetByCodePoints(0, 1); cut < text.length(); cut = text.offsetByCodePoints(cut, 1)) {
            int left = symbol(text.substring(0, cut), pieces, characters);
            int right = left < 0 ? -1 : symbol(text.substring(cut), pieces, characters);
            if (right >= 0) {
                splits.add(new Rule(left, right, id));
            }
        }
        return splits;
    }

    private static int symbol(String text, Pieces pieces, Map<Integer, Integer> characters) {
        boolean one = text.codePointCount(0, text.length()) == 1;
        int id = one ? characters.get(text.codePointAt(0)) : pieces.textId(text);
        return id >= 0 && id < pieces.size() && pieces.get(id).type() == PieceType.USER_DEFINED ? -1 : id;
    }
}
