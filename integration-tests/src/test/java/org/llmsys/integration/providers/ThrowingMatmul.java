package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Component;

/** Throws. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "throwing", numerics = MatmulKernel.FMA_K_ASCENDING)
public final class ThrowingMatmul implements MatmulKernel {

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        throw new IllegalStateException("out of order");
    }
}
