package org.llmsys.examples.digits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was taken for what: row r, column c counts the digits r that the network took for c. On the diagonal it was right.
 *
 * @param counts (10,10)
 */
public record Confusion(int[][] counts) {

    /** Counts answers against labels. */
    public static Confusion of(int[] answers, int[] labels) {
        int[][] counts = new int[Digits.CLASSES][Digits.CLASSES];
        for (int i = 0; i < answers.length; i++) {
            counts[labels[i]][answers[i]]++;
        }
        return new Confusion(counts);
    }

    /** Rows of numbers, for a report. */
    public List<List<Integer>> rows() {
        return Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList();
    }

    /** The table for people, and the mistake that was made most often. */
    public String text() {
        StringBuilder text = new StringBuilder("    taken for\n  is ");
        List<String> often = new ArrayList<>();
        int most = 1;
        for (int c = 0; c < Digits.CLASSES; c++) {
            text.append(String.format("%6d", c));
        }
        for (int r = 0; r < Digits.CLASSES; r++) {
            text.append(String.format("%n%4d ", r));
            for (int c = 0; c < Digits.CLASSES; c++) {
                int count = counts[r][c];
                text.append(count == 0 ? "     ." : String.format("%6d", count));
                if (r != c && count >= most) {
                    if (count > most) {
                        often.clear();
                    }
                    most = count;
                    often.add(r + " for " + c);
                }
            }
        }
        return often.isEmpty() ? text.toString() : text + "\nmost often: " + String.join(", ", often) + " (" + most + (most == 1 ? " time)" : " times)");
    }
}
