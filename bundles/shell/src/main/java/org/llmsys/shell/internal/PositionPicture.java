package org.llmsys.shell.internal;

import java.util.Arrays;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * What an encoding does, as a table of numbers.
 *
 * @param kind   {@code additive}, {@code rotating} or {@code score-bias}: the first entry point that the encoding uses
 * @param values positions x dimensions, or heads x distances
 */
record PositionPicture(String kind, double[][] values) {

    static final String SCORE_BIAS = "score-bias";
    private static final String OWNER = "position";

    /** Encodes zeros, then heads whose pairs are all (1, 0); what leaves both as they are is a bias. */
    static PositionPicture of(Assemblies assemblies, PositionalEncoding encoding, PositionSpec spec, Parameters weights, int heads, int positions) {
        try (StepRunner<PositionalLayer> runner = assemblies.runner(OWNER, needs -> encoding.build(spec, weights, needs), StepListener.NONE)) {
            return runner.run((layer, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), OWNER)) {
                    Tensor zeros = Tensor.zeros(1, positions, spec.embeddingDim());                        // (1,T,C)
                    Tensor sum = layer.add(Variable.constant("x", zeros), 0, pass).value();
                    if (sum != zeros) {
                        return new PositionPicture("additive", rows(sum, positions, spec.embeddingDim()));
                    }
                    Tensor ones = pairs(spec, positions);                                                  // (1,1,T,HS)
                    Tensor turned = layer.rotate(Variable.constant("heads", ones), 0, pass).value();
                    if (turned != ones) {
                        return new PositionPicture("rotating", rows(turned, positions, spec.headDim()));
                    }
                    return new PositionPicture(SCORE_BIAS, biases(layer.scoreBias(heads), heads, positions));
                }
            });
        }
    }

    /** The first element of each pair is 1. */
    private static Tensor pairs(PositionSpec spec, int positions) {
        Tensor heads = Tensor.zeros(1, 1, positions, spec.headDim());
        for (int t = 0; t < positions; t++) {
            for (int i = 0; i < spec.headDim() / 2; i++) {
                heads.set(1, 0, 0, t, spec.pairing().first(i));
            }
        }
        return heads;
    }

    private static double[][] rows(Tensor x, int rows, int columns) {
        float[] elements = x.copy().floats();
        double[][] values = new double[rows][columns];
        for (int row = 0; row < rows; row++) {
            int at = row * columns;
            Arrays.setAll(values[row], column -> elements[at + column]);
        }
        return values;
    }

    private static double[][] biases(ScoreBias bias, int heads, int distances) {
        double[][] values = new double[heads][distances];
        for (int h = 0; h < heads; h++) {
            int head = h;
            Arrays.setAll(values[h], distance -> bias.at(head, distance));
        }
        return values;
    }
}
