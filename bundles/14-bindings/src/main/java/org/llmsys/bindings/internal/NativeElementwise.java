package org.llmsys.bindings.internal;

import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Element by element, by the engine. */
final class NativeElementwise implements ElementwiseKernel {

    private static final CText ADD = CText.of("add");
    private static final CText MULTIPLY = CText.of("multiply");
    private static final CText SCALE = CText.of("scale");
    private static final CText ADD_SCALED = CText.of("add-scaled");

    private final CText name;

    NativeElementwise(CText name) {
        this.name = name;
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        apply("add", ADD, a, b, 0, out);
    }

    @Override
    public void multiply(Tensor a, Tensor b, Tensor out) {
        apply("multiply", MULTIPLY, a, b, 0, out);
    }

    @Override
    public void scale(Tensor a, float factor, Tensor out) {
        apply("scale", SCALE, a, null, factor, out);
    }

    @Override
    public void addScaled(Tensor a, float factor, Tensor out) {
        apply("addScaled", ADD_SCALED, a, null, factor, out);
    }

    private void apply(String what, CText operation, Tensor a, Tensor b, float by, Tensor out) {
        requireSameShape(what, a, out);
        if (b != null) {
            requireSameShape(what, a, b);
        }
        Operand left = Operand.read(what, a);
        Operand right = Operand.read(what, b);
        Operand result = Operand.written(what, out);
        apply(operation.address(), name.address(), left.array(), left.at(), right.array(), right.at(), by, result.array(), result.at(), a.size());
    }

    private static void requireSameShape(String what, Tensor a, Tensor other) {
        if (!a.shape().equals(other.shape())) {
            throw new ShapeException(what, a.shape(), other.shape(), "operands and result have one shape");
        }
    }

    private static native void apply(long operation, long name, float[] a, long aAt, float[] b, long bAt, float by, float[] y, long yAt, long size);
}
