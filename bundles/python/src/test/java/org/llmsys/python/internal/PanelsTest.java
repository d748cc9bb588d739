package org.llmsys.python.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

class PanelsTest {

    private static final MatmulKernel KERNEL = MatmulKernel.naive();

    /** A view (rows, columns) into memory outside the heap, row-major or with the axes exchanged, among numbers that must stay. */
    private static Tensor matrix(Arena arena, int rows, int columns, boolean turned, long seed) {
        long size = (long) rows * columns + 8;
        MemorySegment memory = arena.allocate(size * Float.BYTES, Float.BYTES);
        RandomStream random = RandomStream.at(seed, 0);
        for (long i = 0; i < size; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble() - 0.5f);
        }
        long[] strides = turned ? new long[] {1, Math.max(1, rows)} : new long[] {Math.max(1, columns), 1};
        return new Tensor(Storage.over(DType.F32, size, memory), Shape.of(rows, columns), strides, 4);
    }

    private static float[] whole(Tensor a, Tensor b) {
        int m = a.shape().intExtent(0);
        int k = a.shape().intExtent(1);
        int n = b.shape().intExtent(1);
        float[] c = new float[m * n];
        KERNEL.multiply(Matrix.of(m, k, a.copy().floats()), Matrix.of(k, n, b.copy().floats()), Matrix.of(m, n, c), false);
        return c;
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,false", "13,207,5,false", "207,13,31,true", "3,4097,2,false", "3,9000,2,true", "4100,2,3,false", "2,3,5000,true",
        "0,3,4,false", "3,0,4,false", "3,4,0,true"})
    @DisplayName("the bits of the kernel over whole matrices, however the panels are cut; what lies beside the result stays")
    void sameBits(int m, int k, int n, boolean turned) {
        try (Arena arena = Arena.ofConfined()) {
            Tensor a = matrix(arena, m, k, turned, 1);
            Tensor b = matrix(arena, k, n, !turned, 2);
            Tensor c = matrix(arena, m, n, turned, 3);
            float[] before = c.storage().segment().toArray(ValueLayout.JAVA_FLOAT);
            new Panels().multiply(KERNEL, a, b, c);
            assertArrayEquals(whole(a, b), c.copy().floats());
            float[] after = c.storage().segment().toArray(ValueLayout.JAVA_FLOAT);
            for (int i : new int[] {0, 1, 2, 3, after.length - 4, after.length - 1}) {
                assertEquals(before[i], after[i], "element " + i);
            }
        }
    }

    @Test
    @DisplayName("arrays that were used before, larger or smaller, leave nothing behind")
    void usedAgain() {
        Panels panels = new Panels();
        try (Arena arena = Arena.ofConfined()) {
            for (int size : new int[] {40, 3, 40, 1, 17}) {
                Tensor a = matrix(arena, size, size + 1, false, size);
                Tensor b = matrix(arena, size + 1, size, true, size + 100L);
                Tensor c = matrix(arena, size, size, false, 0);
                panels.multiply(KERNEL, a, b, c);
                assertArrayEquals(whole(a, b), c.copy().floats());
            }
        }
    }
}
