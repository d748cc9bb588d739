package org.llmsys.shell.internal;

import java.util.Arrays;

/** Beginnings that a model trained on a text can continue: taken from the text itself, so its vocabulary has them. */
final class Prompts {

    private static final int WORDS = 3;
    private static final int LONGEST = 40;

    private Prompts() {
    }

    /** The first words of the first long line, without quotes; of a text without spaces, its first characters. */
    static String beginning(String text) {
        String line = text.lines().filter(l -> l.length() > 40 && !l.contains("\"")).findFirst().orElse(text.lines().findFirst().orElse("").strip());
        String[] words = line.strip().split("\\s+");
        String first = String.join(" ", Arrays.copyOf(words, Math.min(WORDS, words.length)));
        return first.codePoints().limit(LONGEST).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
