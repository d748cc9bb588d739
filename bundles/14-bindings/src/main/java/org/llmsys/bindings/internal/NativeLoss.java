package org.llmsys.bindings.internal;

import org.llmsys.layers.Loss;
import org.llmsys.tensor.Tensor;

/** One loss a row of (N,V), by the engine: cross-entropy against classes, mean squared error against values. */
final class NativeLoss implements Loss {

    private static final int[] NO_CLASSES = null;

    private final NativeKernel kernel;
    private final boolean ofClasses;

    NativeLoss(NativeKernel kernel) {
        this.kernel = kernel;
        this.ofClasses = kernel.what().equals("cross-entropy");
    }

    @Override
    public void forward(Tensor predictions, Tensor targets, Tensor losses) {
        int[] classes = requireFit(kernel.what(), predictions, targets, losses);
        Operand in = Operand.read(kernel.what(), predictions);
        Operand values = ofClasses ? Operand.NONE : Operand.read(kernel.what(), targets);
        Operand out = Operand.written(kernel.what(), losses);
        forward(kernel.algorithmAt(), kernel.nameAt(), in.array(), in.at(), classes, values.array(), values.at(), out.array(), out.at(),
                predictions.shape().extent(0), predictions.shape().extent(1));
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        int[] classes = requireFit(kernel.what() + " backward", predictions, targets, gradLosses);
        Loss.requireGradient(kernel.what() + " backward", predictions, gradPredictions);
        Operand in = Operand.read(kernel.what(), predictions);
        Operand values = ofClasses ? Operand.NONE : Operand.read(kernel.what(), targets);
        Operand arriving = Operand.read(kernel.what(), gradLosses);
        Operand into = Operand.written(kernel.what(), gradPredictions);
        backward(kernel.algorithmAt(), kernel.nameAt(), in.array(), in.at(), classes, values.array(), values.at(), arriving.array(), arriving.at(),
                into.array(), into.at(), predictions.shape().extent(0), predictions.shape().extent(1));
    }

    /** The classes of the rows, each checked; null where targets are values. */
    private int[] requireFit(String operation, Tensor predictions, Tensor targets, Tensor rows) {
        if (!ofClasses) {
            Loss.requireValues(operation, predictions, targets, rows);
            return NO_CLASSES;
        }
        Loss.requireClasses(operation, predictions, targets, rows);
        int vocabSize = predictions.shape().intExtent(1);
        int[] classes = new int[targets.shape().intExtent(0)];
        for (int n = 0; n < classes.length; n++) {
            classes[n] = Loss.target(targets, n, vocabSize);
        }
        return classes;
    }

    private static native void forward(long algorithm, long name, float[] predictions, long predictionsAt, int[] classes, float[] values,
            long valuesAt,
            float[] losses, long lossesAt, long n, long v);

    private static native void backward(long algorithm, long name, float[] predictions, long predictionsAt, int[] classes, float[] values,
            long valuesAt,
            float[] gradLosses, long gradLossesAt, float[] gradPredictions, long gradPredictionsAt, long n, long v);
}
