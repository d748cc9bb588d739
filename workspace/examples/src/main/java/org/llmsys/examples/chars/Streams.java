package org.llmsys.examples.chars;

/**
 * A text cut into B streams of one length that are read side by side, T characters at a time. What a stream reads next follows on what it
 * read last, so the network's memory of one piece is of use in the next.
 *
 * <pre>
 *   stream b, piece p:   inputs  = text[b * length + p * T, … T characters]
 *                        targets = the same, one character on
 * </pre>
 */
final class Streams {

    private final int[] ids;
    private final int streams;
    private final int length;
    private final int time;

    /**
     * @param streams B
     * @param time    T; a text too short for B streams of one piece each gives shorter pieces
     */
    Streams(int[] ids, int streams, int time) {
        this.ids = ids;
        this.streams = streams;
        this.length = (ids.length - 1) / streams;
        this.time = Math.min(time, length);
    }

    /** How many pieces a stream has; what fills no piece at its end is left out. */
    int pieces() {
        return length / time;
    }

    /** T. */
    int time() {
        return time;
    }

    /** What the streams read in this piece, (B*T) row by row. */
    int[] inputs(int piece) {
        return window(piece, 0);
    }

    /** What comes next at each place, (B*T). */
    int[] targets(int piece) {
        return window(piece, 1);
    }

    private int[] window(int piece, int ahead) {
        int[] window = new int[streams * time];
        for (int b = 0; b < streams; b++) {
            System.arraycopy(ids, b * length + piece * time + ahead, window, b * time, time);
        }
        return window;
    }
}
