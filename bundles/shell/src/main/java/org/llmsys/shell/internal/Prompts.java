package org.llmsys.shell.internal;

/** Beginnings that a model trained on a text can continue: taken from the text itself, so its vocabulary has them. */
final class Prompts {

    private static final int WORDS = 3;

    private Prompts() {
    }

    /** The first words of the first long line, without quotes. */
    static String beginning(String text) {
        String line = text.lines().filter(l -> l.length() > 40 && !l.contains("\"")).findFirst().orElse(text.lines().findFirst().orElse("").strip());
        String[] words = line.strip().split("\\s+");
        return String.join(" ", java.util.Arrays.copyOf(words, Math.min(WORDS, words.length)));
    }
}
