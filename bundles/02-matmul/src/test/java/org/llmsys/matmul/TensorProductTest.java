package org.llmsys.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.internal.ArenaAllocator;

class TensorProductTest {

    private static final MatmulKernel NAIVE = MatmulKernel.naive();

    @Test
    @DisplayName("shapes follow numpy.matmul: vectors, batches, broadcasting")
    void shapes() {
        assertEquals("(2, 4)", product("2,3", "3,4"));
        assertEquals("()", product("3", "3"));
        assertEquals("(4)", product("3", "3,4"));
        assertEquals("(2)", product("2,3", "3"));
        assertEquals("(5, 4)", product("3", "5,3,4"));
        assertEquals("(5, 2)", product("5,2,3", "3"));
        assertEquals("(8, 4, 5, 2)", product("8,1,5,3", "4,3,2"));
        assertEquals("(0, 2, 2)", product("0,2,3", "1,3,2"));
        assertEquals("(2, 0)", product("2,3", "3,0"));
        assertEquals("(2, 2)", product("2,0", "0,2"));
    }

    @Test
    @DisplayName("shapes that do not fit are refused, naming both whole shapes and the reason")
    void refusesShapes() {
        ShapeException inner = assertThrows(ShapeException.class, () -> product("7,2,3", "4,5"));
        assertEquals("matmul: (7, 2, 3) and (4, 5) do not fit", inner.getMessage());
        assertEquals("inner dimensions 3 and 4 differ", inner.why());
        ShapeException batch = assertThrows(ShapeException.class, () -> product("2,5,3", "3,3,5"));
        assertEquals("matmul: (2, 5, 3) and (3, 3, 5) do not fit", batch.getMessage());
        assertEquals("of the batch axes, extents 2 and 3 differ and neither is 1", batch.why());
        assertThrows(ShapeException.class, () -> product("", "3,4"));
        assertThrows(ShapeException.class, () -> product("4294967296,1,1", "4294967296,1,1,4294967296"));
    }

    @Test
    @DisplayName("two products in one call, by hand, in both types")
    void byHand() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            Tensor a = Tensor.of(Shape.of(2, 1, 2), 1, 2, 3, 4).to(type);
            Tensor b = Tensor.of(Shape.of(2, 2, 1), 5, 6, 7, 8).to(type);
            Tensor c = Tensor.of(Shape.of(2, 1, 1), Float.NaN, Float.NaN).to(type);
            TensorProduct.multiply(NAIVE, a, b, c, false);
            assertEquals(17, c.get(0, 0, 0));
            assertEquals(53, c.get(1, 0, 0));
            TensorProduct.multiply(NAIVE, a, b, c, true);
            assertEquals(106, c.get(1, 0, 0));
            TensorProduct.multiplyPlus(NAIVE, a, b, Tensor.of(Shape.of(1), 0.5f).to(type), c);
            assertEquals(17.5, c.get(0, 0, 0));
            assertEquals(53.5, c.get(1, 0, 0));
        }
    }

    @Test
    @DisplayName("transposed, permuted, sliced and expanded operands and results, both types: each element is its sum, and nothing else is written")
    void views() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (Tensor a : views(type, 1, 2, 3, 5, 4)) {
                for (Tensor b : views(type, 2, 2, 3, 4, 6)) {
                    for (Tensor c : views(type, 3, 2, 3, 5, 6)) {
                        if (c.stride(0) != 0 && c.stride(1) != 0) {
                            requireProduct(a, b, c);
                        }
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("operands of lower rank and axes of 1 are repeated, rows of a shared matrix joined")
    void broadcasts() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            requireProduct(numbers(type, 1, 2, 3, 5, 4), numbers(type, 2, 4, 6), numbers(type, 3, 2, 3, 5, 6));
            requireProduct(numbers(type, 1, 5, 4), numbers(type, 2, 2, 3, 4, 6), numbers(type, 3, 2, 3, 5, 6));
            requireProduct(numbers(type, 1, 2, 1, 5, 4), numbers(type, 2, 3, 4, 6), numbers(type, 3, 2, 3, 5, 6));
            requireProduct(numbers(type, 1, 2, 3, 1, 4), numbers(type, 2, 4, 1), numbers(type, 3, 2, 3, 1, 1));
            requireProduct(numbers(type, 1, 3, 2, 1, 4).transpose(0, 1), numbers(type, 2, 4, 2), numbers(type, 3, 2, 3, 1, 2));
            requireProduct(numbers(type, 1, 2, 2, 0), numbers(type, 2, 0, 3), numbers(type, 3, 2, 2, 3));
            requireProduct(numbers(type, 1, 0, 2, 2), numbers(type, 2, 2, 3), numbers(type, 3, 0, 2, 3));
            requireProduct(numbers(type, 1, 13, 207), numbers(type, 2, 207, 1), numbers(type, 3, 13, 1));
        }
    }

    @Test
    @DisplayName("rows in one line times one matrix are one call of the kernel, heads of a permuted view one batch an outer index")
    void fewCalls() {
        List<String> calls = new ArrayList<>();
        MatmulKernel counting = new MatmulKernel() {
            @Override
            public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
                calls.add(c.shapeText());
            }

            @Override
            public void multiplyBatch(MatrixBatch a, MatrixBatch b, MatrixBatch c, boolean accumulate) {
                calls.add(c.shapeText());
            }
        };
        TensorProduct.multiply(counting, Tensor.zeros(2, 3, 5, 4), Tensor.zeros(4, 6), Tensor.zeros(2, 3, 5, 6), false);
        assertEquals(List.of("(30, 6)"), calls);
        calls.clear();
        Tensor heads = Tensor.zeros(2, 5, 3, 4).transpose(1, 2);                                    // (B,NH,T,HS)
        TensorProduct.multiply(counting, heads, heads.transpose(-1, -2), Tensor.zeros(2, 3, 5, 5), false);
        assertEquals(List.of("(3, 5, 5)", "(3, 5, 5)"), calls);
        calls.clear();
        TensorProduct.multiply(counting, Tensor.zeros(2, 3, 5, 4), Tensor.zeros(2, 3, 4, 6), Tensor.zeros(2, 3, 5, 6), false);
        assertEquals(List.of("(6, 5, 6)"), calls);
    }

    @Test
    @DisplayName("operands and results outside the heap are multiplied too")
    void outsideTheHeap() {
        TensorAllocator arena = new ArenaAllocator();
        try (Storage a = arena.allocate(DType.F32, 6, "test"); Storage b = arena.allocate(DType.F32, 6, "test");
                Storage c = arena.allocate(DType.F32, 4, "test")) {
            for (int i = 0; i < 6; i++) {
                a.setDouble(i, i + 1);
                b.setDouble(i, i + 7);
            }
            Tensor left = Tensor.of(a, Shape.of(2, 3));
            Tensor right = Tensor.of(b, Shape.of(3, 2));
            Tensor result = Tensor.of(c, Shape.of(2, 2));
            TensorProduct.multiply(NAIVE, left, right, result, false);
            TensorProduct.multiply(NAIVE, left, right.onHeap(), result, true);
            assertEquals(2 * 58, result.get(0, 0));
            assertEquals(2 * 154, result.get(1, 1));
        }
    }

    @Test
    @DisplayName("mixed and whole types, vectors, wrong results and biases, results that are expanded views are refused")
    void refuses() {
        Tensor x = Tensor.zeros(2, 2);
        assertEquals("the types must be all F32 or all F64", why(x, x.to(DType.F64), Tensor.zeros(2, 2)));
        assertEquals("the types must be all F32 or all F64", why(x.to(DType.I32), x.to(DType.I32), x.to(DType.I32)));
        assertEquals("the product is (2, 2)", why(x, x, Tensor.zeros(2, 3)));
        assertEquals("the product is (2, 2)", why(x, x, Tensor.zeros(1, 2, 2)));
        assertEquals("both need two axes or more; reshape a vector to one row or one column", why(Tensor.zeros(2), x, Tensor.zeros(2)));
        assertEquals("the result is an expanded view: along axis 0 its elements share one place",
                why(x, x, Tensor.zeros(1, 2).expand(Shape.of(2, 2))));
        assertThrows(ShapeException.class, () -> TensorProduct.multiplyPlus(NAIVE, x, x, Tensor.zeros(3), Tensor.zeros(2, 2)));
        assertThrows(ShapeException.class, () -> TensorProduct.multiplyPlus(NAIVE, x, x, Tensor.zeros(1, 2), Tensor.zeros(2, 2)));
        assertThrows(ShapeException.class, () -> TensorProduct.multiplyPlus(NAIVE, x, x, Tensor.zeros(DType.F64, Shape.of(2)), Tensor.zeros(2, 2)));
    }

    private static String why(Tensor a, Tensor b, Tensor c) {
        return assertThrows(ShapeException.class, () -> TensorProduct.multiply(NAIVE, a, b, c, false)).why();
    }

    // ---- what a product is, once more and element by element ---------------------------------------------------------------------

    private static void requireProduct(Tensor a, Tensor b, Tensor c) {
        for (int way = 0; way < 3; way++) {
            Tensor bias = way == 2 ? numbers(c.dtype(), 9, c.shape().extent(-1)) : null;
            Tensor before = c.copy();
            double[] storage = elements(c);
            if (bias == null) {
                TensorProduct.multiply(NAIVE, a, b, c, way == 1);
            } else {
                TensorProduct.multiplyPlus(NAIVE, a, b, bias, c);
            }
            Tensor left = a.expand(withBatchOf(c, a));
            Tensor right = b.expand(withBatchOf(c, b));
            for (long[] index : indices(c.shape())) {
                int last = index.length - 1;
                double sum = way == 1 ? before.getDouble(index) : bias != null ? bias.getDouble(index[last]) : 0;
                for (long k = 0; k < a.shape().extent(-1); k++) {
                    long[] i = index.clone();
                    long[] j = index.clone();
                    i[last] = k;
                    j[last - 1] = k;
                    sum = c.dtype() == DType.F64 ? Math.fma(left.getDouble(i), right.getDouble(j), sum)
                            : Math.fma(left.get(i), right.get(j), (float) sum);
                }
                assertEquals(sum, c.getDouble(index), a.shape() + "·" + b.shape());
                storage[(int) c.position(index)] = sum;
            }
            assertTrue(Arrays.equals(storage, elements(c)), "it wrote outside C");
        }
    }

    private static double[] elements(Tensor t) {
        double[] elements = new double[(int) t.storage().size()];
        Arrays.setAll(elements, i -> t.storage().getDouble(i));
        return elements;
    }

    private static Shape withBatchOf(Tensor c, Tensor t) {
        long[] extents = c.shape().extents();
        extents[extents.length - 2] = t.shape().extent(-2);
        extents[extents.length - 1] = t.shape().extent(-1);
        return Shape.of(extents);
    }

    private static List<long[]> indices(Shape shape) {
        List<long[]> indices = new ArrayList<>();
        for (long i = 0; i < shape.size(); i++) {
            long[] index = new long[shape.rank()];
            long left = i;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                index[axis] = left % shape.extent(axis);
                left /= shape.extent(axis);
            }
            indices.add(index);
        }
        return indices;
    }

    /** The same extents lying differently in memory. */
    private static List<Tensor> views(DType type, long place, long... e) {
        Shape shape = Shape.of(e);
        return List.of(numbers(type, place, e),
                numbers(type, place, e[0], e[1], e[3], e[2]).transpose(2, 3),
                numbers(type, place, e[0], e[2], e[1], e[3]).transpose(1, 2),
                numbers(type, place, e[3], e[1], e[0], e[2]).permute(2, 1, 3, 0),
                numbers(type, place, e[0] + 1, e[1], e[2] + 2, e[3] + 3).slice(0, 1, e[0] + 1).slice(2, 1, e[2] + 1).slice(3, 2, e[3] + 2),
                numbers(type, place, 1, e[2], e[3]).expand(shape));
    }

    private static Tensor numbers(DType type, long place, long... extents) {
        Tensor t = Tensor.zeros(type, Shape.of(extents));
        RandomStream random = RandomStream.at(5, place);
        for (long i = 0; i < t.size(); i++) {
            t.storage().setDouble(i, random.nextGaussian());
        }
        return t;
    }

    private static String product(String a, String b) {
        return TensorProduct.shapeOf(shape(a), shape(b)).toString();
    }

    private static Shape shape(String extents) {
        return Shape.of(Arrays.stream(extents.split(",")).filter(e -> !e.isEmpty()).mapToLong(Long::parseLong).toArray());
    }
}
