package org.llmsys.tokenizer.internal.bytepair;

/** English contractions, which are pieces of their own: {@code 's 't 're 've 'm 'll 'd}. */
final class Contraction {

    private Contraction() {
    }

    /** The end of the contraction that begins with the apostrophe at {@code from}, or {@code from}; in lower case only. */
    static int end(byte[] text, int from, int to) {
        return end(text, from, to, 0);
    }

    /** The same in any case; Unicode's case folding makes the long s (U+017F) an s. */
    static int endAnyCase(byte[] text, int from, int to) {
        if (from + 2 < to && text[from] == '\'' && text[from + 1] == (byte) 0xC5 && text[from + 2] == (byte) 0xBF) {
            return from + 3;
        }
        return end(text, from, to, 0x20);
    }

    private static int end(byte[] text, int from, int to, int caseBit) {
        if (from + 1 >= to || text[from] != '\'') {
            return from;
        }
        int first = text[from + 1] | caseBit;
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return from + 2;
        }
        if (from + 2 >= to) {
            return from;
        }
        int second = text[from + 2] | caseBit;
        boolean found = first == 'r' && second == 'e' || first == 'v' && second == 'e' || first == 'l' && second == 'l';
        return found ? from + 3 : from;
    }
}
