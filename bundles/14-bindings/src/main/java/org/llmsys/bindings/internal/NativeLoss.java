package org.llmsys.bindings.internal;

import org.llmsys.layers.Loss;
import org.llmsys.tensor.Tensor;

/** One loss a row of (N,V), by the engine: cross-entropy against classes, mean squared error against values. */
final class NativeLoss implements Loss {

    private static final int[] NO_CLASSES = null;

    private final String what;
    private final boolean ofClasses;
    private final CText algorithm;
    private final CText name;

    /** @param what the algorithm's name in Java */
    NativeLoss(String what, CText algorithm, CText name) {
        this.what = what;
        this.ofClasses = what.equals("cross-entropy");
        this.algorithm = algorithm;
        this.name = name;
    }

    @Override
    public void forward(Tensor predictions, Tensor targets, Tensor losses) {
        int[] classes = requireFit(what, predictions, targets, losses);
        Operand in = Operand.read(what, predictions);
        Operand values = ofClasses ? Operand.NONE : Operand.read(what, targets);
        Operand out = Operand.written(what, losses);
        forward(algorithm.address(), name.address(), in.array(), in.at(), classes, values.array(), values.at(), out.array(), out.at(),
                predictions.shape().extent(0), predictions.shape().extent(1));
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        int[] classes = requireFit(what + " backward", predictions, targets, gradLosses);
        Loss.requireGradient(what + " backward", predictions, gradPredictions);
        Operand in = Operand.read(what, predictions);
        Operand values = ofClasses ? Operand.NONE : Operand.read(what, targets);
        Operand arriving = Operand.read(what, gradLosses);
        Operand into = Operand.written(what, gradPredictions);
        backward(algorithm.address(), name.address(), in.array(), in.at(), classes, values.array(), values.at(), arriving.array(), arriving.at(),
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
