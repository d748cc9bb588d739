package org.llmsys.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns as wide as their widest cell; a column of numbers leans right. */
public final class Table {

    private final List<String[]> rows = new ArrayList<>();

    public Table(String... titles) {
        rows.add(titles);
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> cell == null ? "" : cell.toString()).toArray(String[]::new));
    }

    @Override
    public String toString() {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        boolean[] numbers = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            widths[c] = rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
            numbers[c] = rows.size() > 1 && rows.stream().skip(1).allMatch(row -> row[column].matches("|-|[-+]?[0-9][0-9,.]*(e-?[0-9]+)?[x%]?"))
                    && rows.stream().skip(1).anyMatch(row -> !row[column].isEmpty());
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String space = " ".repeat(widths[c] - row[c].length());
                line.append(c == 0 ? "" : "  ").append(numbers[c] ? space + row[c] : row[c] + space);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
