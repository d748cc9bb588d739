package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Component;

/** Believes that every product is the transposed one, and so refuses shapes that fit. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "wrong-shape", numerics = MatmulKernel.FMA_K_ASCENDING)
public final class WrongShapeMatmul implements MatmulKernel {

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b.transposed(), c.transposed());
    }
}
