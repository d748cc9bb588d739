package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class InitializationTest {

    @ParameterizedTest(name = "{0}: deviation {1}, bound {2}")
    @DisplayName("mean 0, the promised deviation and bound, over a weight of shape (100, 200)")
    @CsvSource({"normal, 0.02, 1", "truncated-normal, 0.0175919, 0.04", "uniform, 0.0288675, 0.05", "zeros, 0, 0",
        "xavier-uniform, 0.0816497, 0.1414214", "xavier-normal, 0.0816497, 10", "kaiming-normal, 0.1414214, 10", "kaiming-uniform, 0.1414214, 0.2449490",
        "lecun-normal, 0.1, 10", "lecun-uniform, 0.1, 0.1732051", "orthogonal, 0.0707107, 1"})
    void deviations(String name, double deviation, double bound) {
        Tensor weight = Tensor.zeros(100, 200);
        Initialization.named(name).fill(weight, RandomStream.at(5));
        double[] found = meanAndDeviation(weight, bound);
        assertEquals(0, found[0], 0.03 * deviation);
        assertEquals(deviation, found[1], 0.03 * deviation);
    }

    @ParameterizedTest(name = "{0}: deviation {1}")
    @DisplayName("of a convolution (out 60, in 30, 3, 3), in counts 270 and out 540")
    @CsvSource({"xavier-normal, 0.0496904", "kaiming-normal, 0.0860663", "kaiming-uniform, 0.0860663", "lecun-normal, 0.0608581"})
    void convolutions(String name, double deviation) {
        Tensor weight = Tensor.zeros(60, 30, 3, 3);
        Initialization.named(name).fill(weight, RandomStream.at(5));
        assertEquals(deviation, meanAndDeviation(weight, 1)[1], 0.03 * deviation);
    }

    @Test
    @DisplayName("normal draws are within 1 deviation in 68.3 % and within 2 in 95.4 % of cases, uniform ones evenly spread over ten parts")
    void distributions() {
        Tensor weight = Tensor.zeros(100, 200);
        Initialization.normal(1).fill(weight, RandomStream.at(6));
        int[] within = new int[2];
        for (float w : weight.floats()) {
            within[0] += Math.abs(w) < 1 ? 1 : 0;
            within[1] += Math.abs(w) < 2 ? 1 : 0;
        }
        assertEquals(0.6827, within[0] / 20_000.0, 0.014);                    // four deviations of the count
        assertEquals(0.9545, within[1] / 20_000.0, 0.006);
        Initialization.uniform(1).fill(weight, RandomStream.at(6));
        int[] parts = new int[10];
        for (float w : weight.floats()) {
            parts[(int) ((w + 1) * 5)]++;
        }
        for (int part : parts) {
            assertEquals(2000, part, 170);
        }
    }

    @Test
    @DisplayName("orthogonal: the rows of (5,13), the columns of (13,5) and of (13,1,5), and both of (7,7) have length 1 and stand at right angles")
    void orthogonal() {
        for (long[] extents : new long[][] {{5, 13}, {13, 5}, {13, 1, 5}, {7, 7}}) {
            Tensor weight = Tensor.zeros(DType.F64, Shape.of(extents));
            Initialization.orthogonal().fill(weight, RandomStream.at(5));
            Tensor q = weight.reshape(extents[0], weight.size() / extents[0]);
            Tensor rows = extents[0] <= q.shape().extent(1) ? q : q.transpose(0, 1);
            for (int i = 0; i < rows.shape().extent(0); i++) {
                for (int j = 0; j <= i; j++) {
                    assertEquals(i == j ? 1 : 0, rows.select(0, i).mul(rows.select(0, j)).sum(false).getDouble(), 1e-14);
                }
            }
        }
    }

    @Test
    @DisplayName("where in and out are asked for, a weight of one axis or without elements is refused")
    void refusals() {
        assertThrows(ShapeException.class, () -> Initialization.kaimingNormal().fill(Tensor.zeros(3), RandomStream.at(1)));
        assertThrows(ShapeException.class, () -> Initialization.xavierUniform().fill(Tensor.zeros(0, 3), RandomStream.at(1)));
        assertThrows(ShapeException.class, () -> Initialization.orthogonal().fill(Tensor.zeros(3), RandomStream.at(1)));
    }

    private static double[] meanAndDeviation(Tensor weight, double bound) {
        double sum = 0;
        double squares = 0;
        for (float w : weight.floats()) {
            sum += w;
            squares += (double) w * w;
            assertTrue(Math.abs(w) <= bound * 1.000001, "drew " + w);
        }
        return new double[] {sum / weight.size(), Math.sqrt(squares / weight.size())};
    }

    @Test
    @DisplayName("the same stream gives the same weight, and a view is filled within its bounds")
    void repeats() {
        Tensor a = Tensor.zeros(3, 5);
        Tensor b = Tensor.zeros(3, 5);
        Initialization.normal(1).fill(a, RandomStream.at(5, 1));
        Initialization.normal(1).fill(b, RandomStream.at(5, 1));
        assertArrayEquals(a.floats(), b.floats());
        Tensor whole = Tensor.zeros(3, 2);
        Initialization.named("ones").fill(whole.slice(0, 1, 2), RandomStream.at(1));
        assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0}, whole.floats());
    }

    @Test
    @DisplayName("an unknown name is refused with those there are")
    void unknown() {
        assertTrue(assertThrows(Problem.class, () -> Initialization.named("xavier")).fix().contains("xavier-uniform"));
    }
}
