package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Is offered, and cannot be made. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "unstartable", numerics = MatmulKernel.FMA_K_ASCENDING)
public final class UnstartableMatmul implements MatmulKernel {

    @Activate
    public UnstartableMatmul() {
        throw new IllegalStateException("no such device");
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        throw new AssertionError("it was never started");
    }
}
