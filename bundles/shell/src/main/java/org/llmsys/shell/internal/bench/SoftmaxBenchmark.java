package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.function.Consumer;

import org.llmsys.assembly.Assemblies;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/**
 * Softmax of rows, F32, of every provider, forward and backward.
 *
 * <pre>
 *   y = exp(x) / sum of exp(x)          x, y (R,C), each row by itself
 * </pre>
 */
record SoftmaxBenchmark(Assemblies assemblies) implements RowsBenchmark {

    private static final String SLOT = "softmax";

    @Override
    public String sizes() {
        return "3072x64,768x1024,64x32000";
    }

    @Override
    public Trial forward(int rows, int columns) {
        return new Trial(SLOT, rows + "x" + columns + " forward", Measure.MICROSECONDS, () -> {
            Tensor x = Numbers.tensor(rows, columns, 1);
            Tensor y = Tensor.zeros(DType.F32, x.shape());
            return all(softmax -> softmax.forward(x, y));
        }, "softmax " + rows + " " + columns, Trial.SHORT_TURN);
    }

    @Override
    public Trial backward(int rows, int columns) {
        return new Trial(SLOT, rows + "x" + columns + " backward", Measure.MICROSECONDS, () -> {
            Tensor y = Numbers.tensor(rows, columns, 1);
            try (Assemblies.Held<Softmax> reference = assemblies.hold(Softmax.class, Softmax.PROBABILITIES)) {
                reference.provider().forward(y, y);
            }
            Tensor gradY = Numbers.tensor(rows, columns, 2);
            Tensor gradX = Tensor.zeros(DType.F32, y.shape());
            return all(softmax -> softmax.backward(y, gradY, gradX));
        }, "softmax-backward " + rows + " " + columns, Trial.SHORT_TURN);
    }

    private List<Contestant> all(Consumer<Softmax> work) {
        return Here.all(assemblies, Softmax.class, SLOT, Softmax.PROBABILITIES, work);
    }
}
