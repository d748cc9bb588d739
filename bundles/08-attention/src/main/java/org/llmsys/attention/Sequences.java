package org.llmsys.attention;

import java.util.Arrays;
import java.util.List;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * Which rows of a step belong to the same sequence: attention looks back along a sequence, and never into another one.
 *
 * <pre>
 *   fresh       x (B,T,C)      B sequences, each from position 0, filled up to one length when they differ
 *   continued   x (1,N,C)      the new rows of some sequences, one sequence behind the other; what came before is in their caches
 * </pre>
 *
 * <pre>{@code
 * Sequences.fresh(12);                                             // a training batch
 * Sequences.padded(7, 3, 5);                                       // three sequences in rows of one length, at least 7
 * Sequences.continued(cache, 1);                                   // the next token of one sequence
 * new Sequences.Continued(List.of(new Part(a, 1), new Part(b, 64)));     // the next token of one, the first 64 of another
 * }</pre>
 */
public sealed interface Sequences {

    /** @throws ShapeException when x has other rows than these sequences */
    void requireFit(String operation, Shape x);

    /** @param batch B, at least 1 */
    static Sequences fresh(int batch) {
        return new Fresh(batch);
    }

    /** New rows of one sequence. */
    static Sequences continued(KvCache cache, int rows) {
        return new Continued(List.of(new Part(cache, rows)));
    }

    /**
     * Sequences from position 0 that end in padding, which no query sees. What stands in the padding's own rows means nothing: leave them out
     * of a loss.
     *
     * @param lengths tokens of each sequence that are no padding
     */
    static Sequences.Fresh padded(int... lengths) {
        return new Fresh(lengths.length, Arrays.stream(lengths).boxed().toList());
    }

    /**
     * Sequences in rows of equal length, from position 0.
     *
     * @param lengths tokens of each row that are no padding; empty when all are
     */
    record Fresh(int batch, List<Integer> lengths) implements Sequences {

        /** @throws IllegalArgumentException when there is not one length a row */
        public Fresh {
            lengths = List.copyOf(lengths);
            if (!lengths.isEmpty() && lengths.size() != batch) {
                throw new IllegalArgumentException(lengths.size() + " lengths for " + batch + " sequences");
            }
        }

        /** Without padding. */
        public Fresh(int batch) {
            this(batch, List.of());
        }

        @Override
        public void requireFit(String operation, Shape x) {
            if (x.rank() != 3 || x.extent(0) != batch) {
                throw new ShapeException(operation, x, "it reads (" + batch + ", sequence, features)");
            }
        }
    }

    /** Sequences that go on, one behind the other. No gradient flows into their caches. */
    record Continued(List<Part> parts) implements Sequences {

        public Continued {
            parts = List.copyOf(parts);
        }

        /** N, rows of all sequences. */
        public int rows() {
            return parts.stream().mapToInt(Part::rows).sum();
        }

        @Override
        public void requireFit(String operation, Shape x) {
            if (x.rank() != 3 || x.extent(0) != 1 || x.extent(1) != rows()) {
                throw new ShapeException(operation, x, "it reads (1, " + rows() + ", features): the rows of " + parts.size() + " sequences with a cache");
            }
        }
    }

    /**
     * A sequence's share of a step.
     *
     * @param cache its earlier positions; the new rows are written beyond its length
     * @param rows  new positions, at least 1
     */
    record Part(KvCache cache, int rows) {
    }
}
