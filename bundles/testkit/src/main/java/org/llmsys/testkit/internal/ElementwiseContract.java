package org.llmsys.testkit.internal;

import java.util.function.DoubleBinaryOperator;

import org.llmsys.tensor.ElementwiseKernel;
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
        checks.promise("in place", () -> {
            Tensor a = Samples.normal(1, 207);
            Tensor expected = Tensor.zeros(207);
            kernel.add(a, a, expected);
            kernel.add(a, a, a);
            Checks.that(java.util.Arrays.equals(expected.floats(), a.floats()), "the result differs");
        });
        checks.promise("tensors of different shapes are refused", () ->
                Checks.refused("(3) + (4)", () -> kernel.add(Tensor.zeros(3), Tensor.zeros(4), Tensor.zeros(3))));
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
