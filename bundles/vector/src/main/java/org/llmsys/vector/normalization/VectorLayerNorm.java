package org.llmsys.vector.normalization;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Row;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Layer normalization in registers: squares are taken around the row's mean.
 *
 * <pre>
 *   h = (x - mean) / sqrt(sum of (x - mean)² / C + eps)          y = gamma h + beta          x, y (..., C)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros, Hinton 2016, Layer Normalization</a>
 */
@Component(service = Normalization.class, property = "service.ranking:Integer=50")
@Provider(slot = "normalization", algorithm = "layernorm", name = "layernorm-vector", summary = "layer normalization in registers, rows in parallel",
        reference = "https://arxiv.org/abs/1607.06450")
public final class VectorLayerNorm extends VectorNormalization {

    @Activate
    public VectorLayerNorm(@Reference WorkerPool pool) {
        super("layernorm", pool);
    }

    @Override
    float centre(float[] x, int at, int width) {
        return Row.sum(x, at, width) / width;
    }

    @Override
    float centring(float meanOfD) {
        return meanOfD;
    }
}
