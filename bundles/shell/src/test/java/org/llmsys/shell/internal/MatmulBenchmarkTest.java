package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.shell.internal.BenchCommand.Row;

class MatmulBenchmarkTest {

    @Test
    @DisplayName("the median of an odd number is the middle one, of an even number the mean of the two in the middle")
    void median() {
        assertEquals(2, MatmulBenchmark.median(new double[] {9, 1, 2}));
        assertEquals(2.5, MatmulBenchmark.median(new double[] {3, 9, 1, 2}));
    }

    @Test
    @DisplayName("a row comes back from another process as it was sent, with and without a peer")
    void rows() {
        Row alone = new Row("matmul", "naive", "8x8x8", 1, 1.25, "GFLOP/s", null, Double.NaN);
        Row beside = new Row("matmul", "naive", "8x8x8", 2, 1.25, "GFLOP/s", "numpy", 2.5);
        assertEquals(alone, MatmulBenchmark.row(MatmulBenchmark.line(alone)));
        assertEquals(beside, MatmulBenchmark.row(MatmulBenchmark.line(beside)));
        assertEquals(0.5, beside.ratio());
    }
}
