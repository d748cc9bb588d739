package org.llmsys.vector.normalization;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Root-mean-square normalization in registers: squares are taken around 0. Llama has two of them in every block.
 *
 * <pre>
 *   h = x / sqrt(sum of x² / C + eps)          y = gamma h + beta          x, y (..., C), beta mostly none
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1910.07467">Zhang, Sennrich 2019, Root Mean Square Layer Normalization</a>
 */
@Component(service = Normalization.class, property = "service.ranking:Integer=50")
@Provider(slot = "normalization", algorithm = "rmsnorm", name = "rmsnorm-vector", summary = "root mean square 1 in registers, rows in parallel",
        reference = "https://arxiv.org/abs/1910.07467")
public final class VectorRmsNorm extends VectorNormalization {

    @Activate
    public VectorRmsNorm(@Reference WorkerPool pool) {
        super("rmsnorm", pool);
    }

    @Override
    float centre(float[] x, int at, int width) {
        return 0;
    }

    @Override
    float centring(float meanOfD) {
        return 0;
    }
}
