package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.llmsys.assembly.Problem;

/**
 * Tables of numbers over the same rows and columns as heat maps side by side, with a title, labels and a scale.
 *
 * <pre>
 *   title
 *   subtitle                         columnAxis
 *             heading      c c c c   heading      c c c c          labels only above the first row of panels
 *   rowAxis   row label    . . . .                . . . .          and left of the first column of panels
 *   scale
 * </pre>
 *
 * @param title      large, on top
 * @param subtitle   lines below it; may be none
 * @param panels     at least one, all of one shape
 * @param across     panels in a row
 * @param rowAxis    what the rows are, for example {@code query}
 * @param rows       a label a row
 * @param columnAxis what the columns are
 * @param columns    a label a column
 * @param scale      the colours of all panels
 */
public record MatrixFigure(String title, List<String> subtitle, List<Panel> panels, int across, String rowAxis, List<String> rows, String columnAxis,
        List<String> columns, ColourScale scale) {

    private static final int MARGIN = 16;
    private static final int GAP = 14;
    private static final int TITLE = 18;
    private static final int LETTERS = 12;
    private static final int LINE = 17;
    /** Between what is said above and the tables. */
    private static final int SPACE = 8;
    /** From this side of a cell on, each row and column has its label; narrower ones are numbered. */
    private static final int ROOM_FOR_LABEL = 12;
    private static final int ROOM_FOR_NUMBER = 36;
    private static final Color NOTHING = new Color(0xF1F1F1);

    /**
     * One table.
     *
     * @param heading above it; may be empty
     * @param values  row by row; NaN where there is nothing
     * @param texts   in the cells; null for none
     * @param framed  cells to be noticed; null for none
     */
    public record Panel(String heading, double[][] values, String[][] texts, boolean[][] framed) {

        /** Colours alone. */
        public Panel(String heading, double[][] values) {
            this(heading, values, null, null);
        }
    }

    /** Where everything lies. */
    private record Layout(int cellWidth, int cellHeight, int left, int top, int panelWidth, int panelHeight, boolean upwards, int width, int height) {
    }

    /** @throws Problem when the picture would be too large */
    public BufferedImage draw() {
        return draw(Lettering.here());
    }

    BufferedImage draw(Lettering letters) {
        return draw(letters, rows.size(), subtitle, false);
    }

    /**
     * The same picture while it comes about: of the same size, with the first rows only, the last of them framed, and labels for as many.
     *
     * @param written rows that are there, from 1
     * @param lines   instead of the subtitle, as many
     */
    public BufferedImage drawPart(int written, List<String> lines) {
        return draw(Lettering.here(), written, lines, true);
    }

    private BufferedImage draw(Lettering letters, int written, List<String> lines, boolean newest) {
        Layout layout = layout(letters);
        BufferedImage image = PictureFile.blank(layout.width(), layout.height());
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        letters.draw(graphics, title, MARGIN, MARGIN + TITLE - 3, TITLE, Color.BLACK);
        for (int line = 0; line < lines.size(); line++) {
            letters.draw(graphics, lines.get(line), MARGIN, MARGIN + TITLE + (line + 1) * LINE, LETTERS, Color.DARK_GRAY);
        }
        drawLabels(graphics, letters, layout, written);
        for (int i = 0; i < panels.size(); i++) {
            int x = layout.left() + i % across * layout.panelWidth();
            int y = layout.top() + i / across * layout.panelHeight();
            drawPanel(graphics, letters, panels.get(i), x, y, layout, written);
            if (newest) {
                graphics.setColor(Color.BLACK);
                graphics.drawRect(x - 1, y + (written - 1) * layout.cellHeight() - 1, columns.size() * layout.cellWidth() + 1, layout.cellHeight()
                        + 1);
            }
        }
        scale.draw(graphics, letters, MARGIN, layout.height() - MARGIN - ColourScale.HEIGHT);
        graphics.dispose();
        return image;
    }

    // ---- where everything lies ------------------------------------------------------------------------------------------------

    private Layout layout(Lettering letters) {
        int down = Math.ceilDiv(panels.size(), across);
        int cellWidth = side(columns.size(), across);
        int cellHeight = side(rows.size(), down);
        if (texted()) {
            cellWidth = panels.stream().flatMap(panel -> Arrays.stream(panel.texts())).flatMap(Arrays::stream)
                    .mapToInt(text -> text == null ? 0 : letters.width(text, LETTERS)).max().orElse(0) + 10;
            cellWidth = Math.max(22, cellWidth);
            cellHeight = 22;
        } else {
            cellWidth = cellHeight = Math.min(cellWidth, cellHeight);
        }
        int widest = widest(letters, columns, cellWidth);
        boolean upwards = every(cellWidth) == 1 && widest + 4 > cellWidth;
        int above = (upwards ? widest : LETTERS) + 6;
        int left = MARGIN + LINE + widest(letters, rows, cellHeight) + 8;
        int heading = panels.stream().allMatch(panel -> panel.heading().isEmpty()) ? 0 : LINE;
        int top = MARGIN + TITLE + subtitle.size() * LINE + SPACE + LINE + above + heading + 6;
        long panelWidth = (long) columns.size() * cellWidth + GAP;
        long panelHeight = (long) rows.size() * cellHeight + GAP + heading;
        int texts = subtitle.stream().mapToInt(line -> letters.width(line, LETTERS)).max().orElse(0);
        long width = Math.max(left + panelWidth * Math.min(across, panels.size()) + MARGIN,
                2 * MARGIN + Math.max(Math.max(letters.width(title, TITLE), texts), scale.width(letters) + 30));
        long height = top + panelHeight * down + ColourScale.HEIGHT + MARGIN;
        if (width > PictureFile.MOST_PIXELS || height > PictureFile.MOST_PIXELS) {
            PictureFile.blank(width, height);                                          // says so
        }
        return new Layout(cellWidth, cellHeight, left, top, (int) panelWidth, (int) panelHeight, upwards, (int) width, (int) height);
    }

    private boolean texted() {
        return panels.getFirst().texts() != null;
    }

    /** A cell's side, so that one panel has about 640 pixels, several have 1200, and a cell at least one. */
    private static int side(int cells, int panelsBeside) {
        boolean one = panelsBeside == 1;
        return Math.clamp((one ? 640L : 1200L) / ((long) cells * panelsBeside), one ? 2 : 1, one ? 26 : 16);
    }

    private static int widest(Lettering letters, List<String> labels, int side) {
        return IntStream.range(0, labels.size()).map(i -> letters.width(label(labels, i, side), LETTERS)).max().orElse(0);
    }

    // ---- labels and cells ------------------------------------------------------------------------------------------------------

    private void drawLabels(Graphics2D graphics, Lettering letters, Layout layout, int written) {
        int shownColumns = written == rows.size() ? columns.size() : Math.min(written, columns.size());
        int heading = layout.panelHeight() - GAP - rows.size() * layout.cellHeight();
        int above = layout.top() - heading - 5;
        letters.draw(graphics, columnAxis, layout.left(), MARGIN + TITLE + subtitle.size() * LINE + SPACE + LINE - 2, LETTERS, Color.GRAY);
        letters.drawUpwards(graphics, rowAxis, MARGIN + LETTERS, layout.top() + Math.max(letters.width(rowAxis, LETTERS),
                rows.size() * layout.cellHeight() / 2), LETTERS, Color.GRAY);
        for (int panel = 0; panel < Math.min(across, panels.size()); panel++) {
            for (int column = 0; column < shownColumns; column += every(layout.cellWidth())) {
                int middle = layout.left() + panel * layout.panelWidth() + column * layout.cellWidth() + layout.cellWidth() / 2;
                if (layout.upwards()) {
                    letters.drawUpwards(graphics, label(columns, column, layout.cellWidth()), middle + LETTERS / 2 - 2, above, LETTERS, Color.BLACK);
                } else {
                    letters.drawAround(graphics, label(columns, column, layout.cellWidth()), middle, above, LETTERS, Color.BLACK);
                }
            }
        }
        for (int down = 0; down < Math.ceilDiv(panels.size(), across); down++) {
            for (int row = 0; row < written; row += every(layout.cellHeight())) {
                int middle = layout.top() + down * layout.panelHeight() + row * layout.cellHeight() + layout.cellHeight() / 2;
                letters.drawBefore(graphics, label(rows, row, layout.cellHeight()), layout.left() - 6, middle + LETTERS / 2 - 2, LETTERS,
                        Color.BLACK);
            }
        }
    }

    /** Each has its label where there is room for it; else a few have their numbers, so many cells apart. */
    private static int every(int side) {
        return side >= ROOM_FOR_LABEL ? 1 : 10 * Math.ceilDiv(ROOM_FOR_NUMBER, 10 * side);
    }

    private static String label(List<String> labels, int i, int side) {
        return every(side) == 1 ? labels.get(i) : Integer.toString(i);
    }

    private void drawPanel(Graphics2D graphics, Lettering letters, Panel panel, int left, int top, Layout layout, int written) {
        int width = layout.cellWidth();
        int height = layout.cellHeight();
        if (!panel.heading().isEmpty()) {
            letters.draw(graphics, panel.heading(), left, top - 4, LETTERS, Color.DARK_GRAY);
        }
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < columns.size(); column++) {
                double value = row < written ? panel.values()[row][column] : Double.NaN;
                int x = left + column * width;
                int y = top + row * height;
                graphics.setColor(Double.isNaN(value) ? NOTHING : HeatColours.at(scale.share(value)));
                graphics.fillRect(x, y, width, height);
                if (row < written && panel.texts() != null && panel.texts()[row][column] != null) {
                    letters.drawAround(graphics, panel.texts()[row][column], x + width / 2, y + height / 2 + LETTERS / 2 - 1, LETTERS,
                            HeatColours.inkOn(scale.share(value)));
                }
            }
        }
        graphics.setColor(Color.LIGHT_GRAY);
        graphics.drawRect(left - 1, top - 1, columns.size() * width + 1, rows.size() * height + 1);
        if (panel.framed() != null) {
            graphics.setColor(Color.BLACK);
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < columns.size(); column++) {
                    if (panel.framed()[row][column]) {
                        graphics.drawRect(left + column * width + 1, top + row * height + 1, width - 3, height - 3);
                    }
                }
            }
        }
    }
}
