package org.llmsys.shell.internal.bench;


import org.llmsys.assembly.Assemblies;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * LayerNorm of rows, F32, of every provider, forward and backward.
 *
 * <pre>
 *   y = gamma * (x - mean) / sqrt(variance + 1e-5) + beta          x, y (R,C)
 * </pre>
 */
record LayerNormBenchmark(Assemblies assemblies) implements RowsBenchmark {

    private static final String SLOT = "normalization";
    private static final String ALGORITHM = "layernorm";
    private static final float EPS = 1e-5f;

    @Override
    public String sizes() {
        return "768x128,4096x128,1024x768";
    }

    @Override
    public Trial forward(int rows, int columns) {
        return new Trial(SLOT, rows + "x" + columns + " forward", Measure.MICROSECONDS, () -> {
            Tensor x = Numbers.tensor(rows, columns, 1);
            Tensor gamma = row(columns, 2);
            Tensor beta = row(columns, 3);
            Tensor y = Tensor.zeros(DType.F32, x.shape());
            Tensor saved = Tensor.zeros(DType.F32, Shape.of(rows, 2));
            return Here.all(assemblies, Normalization.class, SLOT, ALGORITHM, norm -> norm.forward(x, gamma, beta, EPS, y, saved));
        }, "layernorm " + rows + " " + columns, Trial.SHORT_TURN);
    }

    /** What it adds to grows with every call; a benchmark does not last long enough to reach infinity. */
    @Override
    public Trial backward(int rows, int columns) {
        return new Trial(SLOT, rows + "x" + columns + " backward", Measure.MICROSECONDS, () -> {
            Tensor x = Numbers.tensor(rows, columns, 1);
            Tensor gamma = row(columns, 2);
            Tensor gradY = Numbers.tensor(rows, columns, 4);
            Tensor saved = statistics(x, rows, columns);
            Tensor gradX = Tensor.zeros(DType.F32, x.shape());
            Tensor gradGamma = Tensor.zeros(DType.F32, gamma.shape());
            Tensor gradBeta = Tensor.zeros(DType.F32, gamma.shape());
            return Here.all(assemblies, Normalization.class, SLOT, ALGORITHM,
                    norm -> norm.backward(x, gamma, saved, gradY, gradX, gradGamma, gradBeta));
        }, "layernorm-backward " + rows + " " + columns, Trial.SHORT_TURN);
    }

    /** Mean and 1/deviation of each row, as the reference gives them. */
    private Tensor statistics(Tensor x, int rows, int columns) {
        Tensor saved = Tensor.zeros(DType.F32, Shape.of(rows, 2));
        try (Assemblies.Held<Normalization> reference = assemblies.hold(Normalization.class, ALGORITHM)) {
            reference.provider().forward(x, row(columns, 2), row(columns, 3), EPS, Tensor.zeros(DType.F32, x.shape()), saved);
        }
        return saved;
    }

    private static Tensor row(int columns, long seed) {
        return Tensor.of(Shape.of(columns), Numbers.normal(1, columns, seed));
    }
}
