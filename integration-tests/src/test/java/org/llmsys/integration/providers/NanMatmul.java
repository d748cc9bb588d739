package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Component;

/** Computes, and spoils one element. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "nan", numerics = MatmulKernel.FMA_K_ASCENDING)
public final class NanMatmul implements MatmulKernel {

    private final MatmulKernel naive = MatmulKernel.naive();

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        naive.multiply(a, b, c, accumulate);
        c.set(c.rows() - 1, c.columns() - 1, Float.NaN);
    }
}
