package org.llmsys.tensor.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/** One element after the other; the reference. */
@Component
@Provider(slot = "elementwise", algorithm = ElementwiseKernel.ALGORITHM, name = "scalar", numerics = ElementwiseKernel.ROUNDED_ONCE,
        summary = "plain loops over arrays")
public final class ScalarElementwise implements ElementwiseKernel {

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        requireOneShape("add", a, b, out);
        float[] x = a.floats();
        float[] y = b.floats();
        float[] z = out.floats();
        int xi = a.floatOffset();
        int yi = b.floatOffset();
        int zi = out.floatOffset();
        int size = (int) out.size();
        for (int i = 0; i < size; i++) {
            z[zi + i] = x[xi + i] + y[yi + i];
        }
    }

    @Override
    public void multiply(Tensor a, Tensor b, Tensor out) {
        requireOneShape("multiply", a, b, out);
        float[] x = a.floats();
        float[] y = b.floats();
        float[] z = out.floats();
        int xi = a.floatOffset();
        int yi = b.floatOffset();
        int zi = out.floatOffset();
        int size = (int) out.size();
        for (int i = 0; i < size; i++) {
            z[zi + i] = x[xi + i] * y[yi + i];
        }
    }

    @Override
    public void scale(Tensor a, float factor, Tensor out) {
        requireOneShape("scale", a, a, out);
        float[] x = a.floats();
        float[] z = out.floats();
        int xi = a.floatOffset();
        int zi = out.floatOffset();
        int size = (int) out.size();
        for (int i = 0; i < size; i++) {
            z[zi + i] = factor * x[xi + i];
        }
    }

    @Override
    public void addScaled(Tensor a, float factor, Tensor out) {
        requireOneShape("addScaled", a, a, out);
        float[] x = a.floats();
        float[] z = out.floats();
        int xi = a.floatOffset();
        int zi = out.floatOffset();
        int size = (int) out.size();
        for (int i = 0; i < size; i++) {
            z[zi + i] = Math.fma(factor, x[xi + i], z[zi + i]);
        }
    }

    private static void requireOneShape(String operation, Tensor a, Tensor b, Tensor out) {
        if (!a.shape().equals(b.shape())) {
            throw new ShapeException(operation, a.shape(), b.shape(), "the operands' shapes differ; expand() broadcasts");
        }
        if (!a.shape().equals(out.shape())) {
            throw new ShapeException(operation, a.shape(), out.shape(), "the result's shape differs from the operands'");
        }
    }
}
