package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;

/** Reads lists of numbers and of sizes. */
final class Sizes {

    private static final int LARGEST = 1_000_000;
    private static final long MOST_ELEMENTS = 1L << 28;

    private Sizes() {
    }

    /**
     * Reads {@code 768x3072,288x32000}. One number alone stands for all of a size: {@code 512} for {@code 512x512x512}.
     *
     * @param form numbers a size has, as letters: {@code MxKxN}
     * @throws Problem for anything else
     */
    static List<int[]> read(String text, String form) {
        int wanted = form.split("x").length;
        List<int[]> sizes = new ArrayList<>();
        for (String size : text.split(",", -1)) {
            String[] parts = size.strip().split("x", -1);
            boolean fits = parts.length == wanted || parts.length == 1;
            for (String part : parts) {
                fits &= part.matches("[1-9][0-9]{0,6}") && Integer.parseInt(part) <= LARGEST;
            }
            if (!fits) {
                throw Problem.misused("--sizes cannot be " + size.strip(), "a size here is " + form + ", whole numbers from 1 to " + LARGEST
                        + "; sizes have commas between", "write for example --sizes " + example(wanted));
            }
            int[] numbers = new int[wanted];
            Arrays.setAll(numbers, i -> Integer.parseInt(parts[parts.length == 1 ? 0 : i]));
            requireRoom(numbers, size);
            sizes.add(numbers);
        }
        return sizes;
    }

    /** Any two extents together are a matrix that has to fit into memory. */
    private static void requireRoom(int[] numbers, String size) {
        int[] sorted = numbers.clone();
        Arrays.sort(sorted);
        if (sorted.length > 1 && (long) sorted[sorted.length - 1] * sorted[sorted.length - 2] > MOST_ELEMENTS) {
            throw Problem.misused("--sizes cannot be " + size.strip(), "a matrix of more than " + MOST_ELEMENTS + " elements is too large to measure with",
                    "give a smaller one");
        }
    }

    private static String example(int numbers) {
        return String.join("x", List.of("128", "256", "64").subList(0, numbers));
    }

    /**
     * Reads {@code 1,2}.
     *
     * @throws Problem for anything but whole numbers from 1 to the largest
     */
    static List<Integer> numbers(String option, String text, int largest) {
        List<Integer> numbers = new ArrayList<>();
        for (String number : text.split(",", -1)) {
            if (!number.strip().matches("[1-9][0-9]{0,6}") || Integer.parseInt(number.strip()) > largest) {
                throw Problem.misused(option + " cannot be " + number.strip(), "it takes whole numbers from 1 to " + largest + ", with commas between",
                        "write for example " + option + " 1,2");
            }
            numbers.add(Integer.valueOf(number.strip()));
        }
        return numbers;
    }
}
