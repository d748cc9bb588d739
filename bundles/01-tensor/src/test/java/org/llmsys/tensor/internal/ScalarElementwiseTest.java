package org.llmsys.tensor.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class ScalarElementwiseTest {

    private final ElementwiseKernel kernel = ElementwiseKernel.scalar();

    @Test
    @DisplayName("(1, 2) and (3, 5): sums, products, multiples by hand")
    void byHand() {
        Tensor a = Tensor.of(Shape.of(2), 1, 2);
        Tensor b = Tensor.of(Shape.of(2), 3, 5);
        Tensor out = Tensor.zeros(2);
        kernel.add(a, b, out);
        assertArrayEquals(new float[] {4, 7}, out.floats());
        kernel.multiply(a, b, out);
        assertArrayEquals(new float[] {3, 10}, out.floats());
        kernel.scale(b, 0.5f, out);
        assertArrayEquals(new float[] {1.5f, 2.5f}, out.floats());
        kernel.addScaled(a, 2, out);
        assertArrayEquals(new float[] {3.5f, 6.5f}, out.floats());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13, 207})
    @DisplayName("agrees with Tensor's own methods to the last bit, in place too, and touches nothing outside its views")
    void agreesWithTensor(int size) {
        RandomStream random = RandomStream.at(1, size);
        Tensor whole = Tensor.zeros(3, size);
        for (int i = 0; i < whole.size(); i++) {
            whole.floats()[i] = (float) random.nextGaussian();
        }
        Tensor a = whole.select(0, 0);
        Tensor b = whole.select(0, 1);
        float[] last = whole.select(0, 2).copy().floats();
        float[] sum = a.add(b).floats();
        float[] product = b.add(b).mul(a.add(b)).floats();
        kernel.add(a, b, a);
        assertArrayEquals(sum, a.copy().floats());
        kernel.scale(b, 2, b);
        kernel.multiply(b, a, b);
        assertArrayEquals(product, b.copy().floats());
        assertArrayEquals(last, whole.select(0, 2).copy().floats());
    }

    @Test
    @DisplayName("addScaled rounds once: (1 + 2^-12)^2 - (1 + 2^-11) keeps its 2^-24")
    void fusedMultiplyAdd() {
        float x = 1 + 0x1p-12f;
        Tensor out = Tensor.of(Shape.of(1), -(1 + 0x1p-11f));
        kernel.addScaled(Tensor.of(Shape.of(1), x), x, out);
        assertEquals(0x1p-24f, out.get(0));
    }

    @Test
    @DisplayName("shapes that differ, strided views and other types are refused")
    void refuses() {
        assertThrows(ShapeException.class, () -> kernel.add(Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
        assertThrows(ShapeException.class, () -> kernel.multiply(Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(1, 2)));
        assertThrows(ShapeException.class, () -> kernel.scale(Tensor.zeros(2, 3).transpose(0, 1), 1, Tensor.zeros(3, 2)));
        assertThrows(Problem.class, () -> kernel.addScaled(Tensor.zeros(DType.F64, Shape.of(2)), 1, Tensor.zeros(2)));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F16", "BF16"})
    @DisplayName("the same loops serve the other floating types, outside the heap too, and keep F64's digits")
    void otherTypes(DType dtype) {
        Tensor a = Tensor.ofDoubles(Shape.of(2), 1, dtype == DType.F64 ? 1e-15 : 3).to(dtype);
        Tensor b = Tensor.of(new ArenaAllocator().allocate(dtype, 2, "test"), Shape.of(2));
        b.copyFrom(Tensor.of(Shape.of(2), 1, 1));
        Tensor out = Tensor.zeros(dtype, Shape.of(2));
        kernel.add(a, b, out);
        double last = a.getDouble(1);
        assertEquals(1 + last, out.getDouble(1));
        kernel.multiply(out, b, out);
        kernel.addScaled(b, -1, out);
        assertEquals(1 + last - 1, out.getDouble(1));
        kernel.scale(out, 2, out);
        assertEquals(2, out.getDouble(0));
        assertThrows(Problem.class, () -> kernel.add(a, a, Tensor.zeros(2)));
        assertThrows(Problem.class, () -> kernel.add(Tensor.zeros(DType.Q8_0, Shape.of(32)), Tensor.zeros(DType.Q8_0, Shape.of(32)), Tensor.zeros(DType.Q8_0, Shape.of(32))));
    }

    @Test
    @DisplayName("says what it is")
    void describesItself() {
        Provider provider = ScalarElementwise.class.getAnnotation(Provider.class);
        assertEquals("elementwise", provider.slot());
        assertEquals("scalar", provider.name());
    }
}
