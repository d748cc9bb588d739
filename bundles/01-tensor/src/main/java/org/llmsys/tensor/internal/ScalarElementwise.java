package org.llmsys.tensor.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/** One element after the other, of any floating type; the reference. Computed in double, which rounds sums and products of F32 once. */
@Component
@Provider(slot = "elementwise", algorithm = ElementwiseKernel.ALGORITHM, name = "scalar", numerics = ElementwiseKernel.ROUNDED_ONCE,
        summary = "plain loops, in F32 and F64")
public final class ScalarElementwise implements ElementwiseKernel {

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        requireAlike("add", a, b, out);
        Elements x = a.elements();
        Elements y = b.elements();
        Elements z = out.elements();
        for (int i = 0; i < z.size(); i++) {
            z.set(i, x.get(i) + y.get(i));
        }
    }

    @Override
    public void multiply(Tensor a, Tensor b, Tensor out) {
        requireAlike("multiply", a, b, out);
        Elements x = a.elements();
        Elements y = b.elements();
        Elements z = out.elements();
        for (int i = 0; i < z.size(); i++) {
            z.set(i, x.get(i) * y.get(i));
        }
    }

    @Override
    public void scale(Tensor a, float factor, Tensor out) {
        requireAlike("scale", a, a, out);
        Elements x = a.elements();
        Elements z = out.elements();
        for (int i = 0; i < z.size(); i++) {
            z.set(i, factor * x.get(i));
        }
    }

    @Override
    public void addScaled(Tensor a, float factor, Tensor out) {
        requireAlike("addScaled", a, a, out);
        Elements x = a.elements();
        Elements z = out.elements();
        boolean single = out.dtype() == DType.F32;                     // in double its sum would be rounded, and rounded again when stored
        for (int i = 0; i < z.size(); i++) {
            z.set(i, single ? Math.fma(factor, (float) x.get(i), (float) z.get(i)) : Math.fma(factor, x.get(i), z.get(i)));
        }
    }

    private static void requireAlike(String operation, Tensor a, Tensor b, Tensor out) {
        if (!a.shape().equals(b.shape())) {
            throw new ShapeException(operation, a.shape(), b.shape(), "the operands' shapes differ; expand() broadcasts");
        }
        if (!a.shape().equals(out.shape())) {
            throw new ShapeException(operation, a.shape(), out.shape(), "the result's shape differs from the operands'");
        }
        if (a.dtype() != b.dtype() || a.dtype() != out.dtype() || !a.dtype().floating() || a.dtype().blocked()) {
            throw Problem.misused(operation + ": " + a.dtype() + " and " + b.dtype() + " into " + out.dtype() + " do not fit",
                    "operands and result are of one floating type", "convert with to(DType)");
        }
    }
}
