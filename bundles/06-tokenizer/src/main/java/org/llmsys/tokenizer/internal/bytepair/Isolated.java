package org.llmsys.tokenizer.internal.bytepair;

/**
 * Cuts out what matches, and leaves what lies between as pieces of their own: {@code Split} with the behaviour {@code Isolated}.
 *
 * @param match what is cut out; at a place without a match it must tell so in constant time
 */
record Isolated(Match match) implements PreTokenizer {

    /** Something to look for. */
    @FunctionalInterface
    interface Match {

        /** The end of the match that begins at {@code from}, or {@code from} when none does. */
        int end(byte[] text, int from, int to);
    }

    @Override
    public int end(byte[] text, int from, int to) {
        int end = match.end(text, from, to);
        if (end > from) {
            return end;
        }
        int at = from;
        do {
            at += CharacterClass.at(text, at, to) >> CharacterClass.LENGTH_SHIFT;
        } while (at < to && match.end(text, at, to) == at);
        return at;
    }

    /** One to {@code most} characters of a set, and before them one of another set if there is one. */
    static Match run(CharacterSet optional, CharacterSet set, int most) {
        return (text, from, to) -> {
            int at = from;
            if (optional != null && optional.has(text, at, to)) {
                at += length(text, at, to);
            }
            int first = at;
            for (int count = 0; count < most && at < to && set.has(text, at, to); count++) {
                at += length(text, at, to);
            }
            return at > first ? at : from;
        };
    }

    static Match run(CharacterSet set) {
        return run(null, set, Integer.MAX_VALUE);
    }

    /** Exactly three. */
    static Match three(CharacterSet set) {
        return (text, from, to) -> {
            int end = run(null, set, 3).end(text, from, to);
            return end - from == 3 ? end : from;
        };
    }

    private static int length(byte[] text, int at, int to) {
        return CharacterClass.at(text, at, to) >> CharacterClass.LENGTH_SHIFT;
    }
}
