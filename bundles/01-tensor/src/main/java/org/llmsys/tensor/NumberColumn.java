package org.llmsys.tensor;

import java.util.Arrays;
import java.util.Locale;

/**
 * One way to write all the numbers that are shown, so that they stand in columns: whole where all are whole, else with as many decimals
 * as they need and at most five, else with a power of ten; all of one width.
 */
final class NumberColumn {

    /** Whole numbers, and the tenth power that numbers with decimals stay below. */
    private static final double LARGEST_PLAIN = 1e6;
    private static final double SMALLEST_PLAIN = 1e-4;
    private static final int MOST_DECIMALS = 5;

    private final String format;
    private final int width;

    private NumberColumn(String format, int width) {
        this.format = format;
        this.width = width;
    }

    static NumberColumn ofWhole(long... shown) {
        return new NumberColumn("%.0f", Arrays.stream(shown).mapToInt(value -> Long.toString(value).length()).max().orElse(0));
    }

    static NumberColumn ofReal(double... shown) {
        String format = format(Arrays.stream(shown).filter(Double::isFinite).toArray());
        return new NumberColumn(format, Arrays.stream(shown).mapToInt(value -> number(format, value).length()).max().orElse(0));
    }

    private static String format(double[] finite) {
        double largest = Arrays.stream(finite).map(Math::abs).max().orElse(0);
        double smallest = Arrays.stream(finite).map(Math::abs).filter(value -> value > 0).min().orElse(1);
        if (largest >= LARGEST_PLAIN || smallest < SMALLEST_PLAIN) {
            return "%.4e";
        }
        int most = largest < 1 ? MOST_DECIMALS : MOST_DECIMALS - 1;
        int needed = Arrays.stream(finite).mapToInt(value -> decimals(String.format(Locale.ROOT, "%." + most + "f", value))).max().orElse(0);
        return "%." + needed + "f";
    }

    /** Decimals without the zeros at the end. */
    private static int decimals(String number) {
        String trimmed = number.replaceAll("0+$", "");
        return trimmed.length() - 1 - trimmed.indexOf('.');
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : Double.toString(value);
    }

    String text(double value) {
        return right(number(format, value));
    }

    String text(long value) {
        return right(Long.toString(value));
    }

    private String right(String number) {
        return " ".repeat(width - number.length()) + number;
    }
}
