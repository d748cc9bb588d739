package org.llmsys.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class WeightPanelsTest {

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q8_0", "Q4_0", "F16", "BF16"})
    @DisplayName("two matrices (out, in) side by side in panels hold the numbers they held, and multiply like them")
    void holdsAndMultiplies(DType type) {
        Tensor first = narrow(type, 19, 96, 1);
        Tensor second = narrow(type, 25, 96, 2);
        WeightPanels panels = WeightPanels.of(List.of(first, second));
        assertEquals(2, panels.panels());
        Tensor weight = panels.tensor();
        assertEquals(Shape.of(96, 44), weight.shape());
        for (int k = 0; k < 96; k++) {
            for (int n = 0; n < 44; n++) {
                assertEquals(n < 19 ? first.get(n, k) : second.get(n - 19, k), weight.get(k, n), type + " (" + k + ", " + n + ")");
            }
        }
        Tensor x = normal(3, 96, 3);
        Tensor bias = normal(44, 4).reshape(44);
        Tensor y = Tensor.zeros(3, 44);
        TensorProduct.multiplyPlus(MatmulKernel.naive(), x, weight, bias, y);
        Tensor exact = x.to(DType.F64);
        for (int m = 0; m < 3; m++) {
            for (int n = 0; n < 44; n++) {
                double sum = bias.getDouble(n);
                double sizes = Math.abs(sum);
                for (int k = 0; k < 96; k++) {
                    sum += exact.getDouble(m, k) * weight.getDouble(k, n);
                    sizes += Math.abs(exact.getDouble(m, k) * weight.getDouble(k, n));
                }
                assertEquals(sum, y.get(m, n), 2 * 96 * 0x1p-24 * sizes, type + " row " + m + " column " + n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q8_0", "F16"})
    @DisplayName("whoever does not know panels reads them as numbers: transposed, sliced, copied")
    void servesAsStorage(DType type) {
        Tensor rows = narrow(type, 17, 64, 5);
        Tensor weight = WeightPanels.of(List.of(rows)).tensor();
        Tensor copy = weight.copy();
        Tensor y = Tensor.zeros(2, 64);
        TensorProduct.multiply(MatmulKernel.naive(), normal(2, 17, 6), weight.transpose(0, 1), y, false);
        Tensor same = Tensor.zeros(2, 64);
        TensorProduct.multiply(MatmulKernel.naive(), normal(2, 17, 6), copy.transpose(0, 1), same, false);
        for (int n = 0; n < 64; n++) {
            assertEquals(same.get(1, n), y.get(1, n));
            assertEquals(rows.get(11, n), weight.slice(1, 11, 12).get(n, 0));
        }
        assertThrows(RuntimeException.class, () -> weight.storage().setDouble(0, 1));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "I32"})
    @DisplayName("types that no linear layer has, and parts that differ in type or width, are refused")
    void refuses(DType wide) {
        assertThrows(ShapeException.class, () -> WeightPanels.of(List.of(Tensor.zeros(wide, Shape.of(2, 32)))));
        assertThrows(ShapeException.class, () -> WeightPanels.of(List.of(narrow(DType.F16, 2, 32, 1), narrow(DType.BF16, 2, 32, 1))));
        assertThrows(ShapeException.class, () -> WeightPanels.of(List.of(narrow(DType.F16, 2, 32, 1), narrow(DType.F16, 2, 64, 1))));
        WeightPanels panels = WeightPanels.of(List.of(narrow(DType.F16, 2, 32, 1)));
        assertThrows(ShapeException.class, () -> MatmulKernel.naive().multiplyPanels(Matrix.of(1, 31, new float[31]), panels, null, Matrix.of(1, 2, new float[2])));
        assertThrows(ShapeException.class, () -> MatmulKernel.naive().multiplyPanels(Matrix.of(1, 32, new float[32]), panels, Matrix.of(1, 3, new float[3]),
                Matrix.of(1, 2, new float[2])));
    }

    private static Tensor narrow(DType type, int rows, int columns, long seed) {
        return normal(rows, columns, seed).to(type);
    }

    private static Tensor normal(int columns, long seed) {
        return normal(1, columns, seed);
    }

    private static Tensor normal(int rows, int columns, long seed) {
        Tensor x = Tensor.zeros(rows, columns);
        RandomStream random = RandomStream.at(seed);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
