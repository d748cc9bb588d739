package org.llmsys.shell.internal.picture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.inference.insight.AttentionHead;

/**
 * Attention patterns as a picture, or as a film of how they grow: a row of panels a layer, a panel a head.
 *
 * @param model  its name
 * @param heads  at least one, of one text
 * @param tokens labels of that text
 */
public record AttentionFigure(String model, List<AttentionHead> heads, List<String> tokens) {

    private static final int MILLIS = 350;
    private static final int REST = 2500;
    /** Letters of the text that a frame shows. */
    private static final int TAIL = 80;

    /** All rows. */
    public MatrixFigure whole() {
        boolean one = heads.size() == 1;
        String title = "Attention of " + (one ? name(heads.getFirst()) : heads.size() + " heads");
        List<MatrixFigure.Panel> panels = heads.stream().map(head -> new MatrixFigure.Panel(one ? "" : name(head), pattern(head))).toList();
        int across = (int) heads.stream().filter(head -> head.layer() == heads.getFirst().layer()).count();
        return new MatrixFigure(title, List.of(model + ": how much each row's token takes from each column's"), panels, across, "looks", tokens,
                "is looked at", tokens, new ColourScale("weight, each row adds up to 1", 1, false));
    }

    private static String name(AttentionHead head) {
        return "layer " + head.layer() + ", head " + head.head();
    }

    /**
     * A frame a token, from the prompt on: row by row, because what a token sees does not change any more.
     *
     * @param promptTokens of the text's tokens, those of the first frame
     * @throws org.llmsys.assembly.Problem for too many frames
     */
    public Film film(int promptTokens) {
        MatrixFigure whole = whole();
        MatrixFigure sized = new MatrixFigure(whole.title() + " while the model writes", List.of(written(tokens.size())), whole.panels(),
                whole.across(), whole.rowAxis(), whole.rows(), whole.columnAxis(), whole.columns(), whole.scale());
        return new Film(tokens.size() - promptTokens + 1, frame -> sized.drawPart(promptTokens + frame, List.of(written(promptTokens + frame))),
                MILLIS, REST);
    }

    /** The end of the text so far. */
    private String written(int count) {
        String text = String.join("", tokens.subList(0, count));
        int length = text.codePointCount(0, text.length());
        return length <= TAIL ? text : "…" + text.substring(text.offsetByCodePoints(0, length - TAIL));
    }

    /** What stands behind a query is not there, which is not the same as 0. */
    private static double[][] pattern(AttentionHead head) {
        List<double[]> rows = new ArrayList<>();
        for (int query = 0; query < head.length(); query++) {
            double[] row = head.weights()[query].clone();
            Arrays.fill(row, query + 1, row.length, Double.NaN);
            rows.add(row);
        }
        return rows.toArray(new double[0][]);
    }
}
