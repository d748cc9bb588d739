package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Comparison;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every elementwise kernel: each element correctly rounded (addScaled within one unit more), in place too, nothing beyond the tensor touched. */
@Component(service = Contract.class)
public final class ElementwiseContract implements Contract<ElementwiseKernel> {

    @Override
    public Class<ElementwiseKernel> service() {
        return ElementwiseKernel.class;
    }

    @Override
    public void check(ElementwiseKernel kernel, Subject subject, Checks checks) {
        for (int size : new int[] {0, 1, 13, 207, 100_003}) {
            checks.promise("add of " + size, () -> compare(size, (a, b) -> (float) (a + b), kernel::add));
            checks.promise("multiply of " + size, () -> compare(size, (a, b) -> (float) (a * b), kernel::multiply));
            checks.promise("scale of " + size, () -> compare(size, (a, b) -> (float) (a * 0.3f), (a, b, out) -> kernel.scale(a, 0.3f, out)));
            checks.promise("addScaled of " + size, () -> {
                Tensor a = Samples.shifted(Samples.normal(1, size));
                Tensor out = Samples.shifted(Samples.normal(2, size));
                Tensor before = out.copy();
                kernel.addScaled(a, 0.3f, out);
                for (int i = 0; i < size; i++) {
                    double exact = before.get(i) + 0.3f * (double) a.get(i);
                    Checks.close(exact, out.get(i), 4 * Samples.UNIT_ROUNDOFF * (Math.abs(before.get(i)) + Math.abs(a.get(i))), "element %d", i);
                }
            });
        }
        checks.promise("F64 is computed in double, or refused", () -> {
            Tensor a = Tensor.ofDoubles(Shape.of(3), 1, -2, 1e-300);
            Tensor b = Tensor.ofDoubles(Shape.of(3), 0x1p-50, 3, 1);
            Tensor out = Tensor.zeros(DType.F64, Shape.of(3));
            try {
                kernel.add(a, b, out);
            } catch (Problem refused) {
                return;
            }
            equal(a.add(b), out);
            kernel.multiply(a, b, out);
            equal(a.mul(b), out);
            kernel.scale(a, 0.5f, out);
            equal(Tensor.ofDoubles(Shape.of(3), 0.5, -1, 5e-301), out);
            kernel.addScaled(b, 2, out);
            equal(Tensor.ofDoubles(Shape.of(3), 0.5 + 0x1p-49, 5, 2), out);
        });
        checks.promise("types that differ, and elements that lie apart, are refused", () -> {
            Checks.refused("F32 + F32 into F64", () -> kernel.add(Tensor.zeros(3), Tensor.zeros(3), Tensor.zeros(DType.F64, Shape.of(3))));
            Checks.refused("whole numbers", () -> kernel.scale(Tensor.ofInts(Shape.of(1), 1), 2, Tensor.ofInts(Shape.of(1), 1)));
            Checks.refused("a transposed view", () -> kernel.scale(Tensor.zeros(2, 3).transpose(0, 1), 2, Tensor.zeros(3, 2)));
        });
        checks.promise("in place", () -> {
            Tensor a = Samples.normal(1, 207);
            Tensor expected = Tensor.zeros(207);
            kernel.add(a, a, expected);
            kernel.add(a, a, a);
            Checks.that(Arrays.equals(expected.floats(), a.floats()), "the result differs");
        });
        checks.promise("tensors of different shapes are refused", () ->
                Checks.refused("(3) + (4)", () -> kernel.add(Tensor.zeros(3), Tensor.zeros(4), Tensor.zeros(3))));
    }

    private static void equal(Tensor expected, Tensor actual) {
        Checks.that(expected.compare(Comparison.EQUAL, actual).sum(false).getLong() == actual.size(),
                "expected %s, got %s", expected, actual);
    }

    private interface Operation {
        void apply(Tensor a, Tensor b, Tensor out);
    }

    private static void compare(int size, DoubleBinaryOperator exact, Operation operation) {
        Tensor a = Samples.shifted(Samples.normal(1, size));
        Tensor b = Samples.shifted(Samples.normal(2, size));
        Tensor wide = Tensor.zeros(size + 9L);
        Tensor out = wide.slice(0, 4, 4 + size);
        operation.apply(a, b, out);
        for (int i = 0; i < size; i++) {
            Checks.that((float) exact.applyAsDouble(a.get(i), b.get(i)) == out.get(i), "element %d is %s", i, out.get(i));
        }
        for (int i = 0; i < 4; i++) {
            Checks.that(wide.get(i) == 0 && wide.get(4L + size + i) == 0, "it wrote outside the tensor");
        }
    }
}
