package org.llmsys.vector.normalization;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.normalization.Normalization;
import org.llmsys.normalization.internal.LayerNorm;
import org.llmsys.normalization.internal.RmsNorm;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

/** What layer and RMS normalization share. Their formulas in double are the kit's contract; here is what it does not ask. */
class VectorNormalizationTest {

    private static final float EPS = 1e-5f;

    private enum Kind {
        LAYER_NORM(new LayerNorm()) {
            @Override
            Normalization vector(WorkerPool pool) {
                return new VectorLayerNorm(pool);
            }
        },
        RMS_NORM(new RmsNorm()) {
            @Override
            Normalization vector(WorkerPool pool) {
                return new VectorRmsNorm(pool);
            }
        };

        private final Normalization reference;

        Kind(Normalization reference) {
            this.reference = reference;
        }

        abstract Normalization vector(WorkerPool pool);
    }

    /** What comes out of one: y, what is saved for the way back, and the gradients, which are added to numbers that are there. */
    private record Result(Tensor y, Tensor saved, List<Tensor> gradients) {

        static Result of(Normalization norm, int rows, int width) {
            Tensor x = Numbers.even(1, 2, rows, width);
            Tensor gamma = Numbers.even(2, 2, width);
            Tensor gradY = Numbers.even(4, 1, rows, width);
            Result result = new Result(Numbers.even(8, 1, rows, width), Tensor.zeros(rows, 2),
                    List.of(Numbers.even(5, 1, rows, width), Numbers.even(6, 1, width), Numbers.even(7, 1, width)));
            norm.forward(x, gamma, Numbers.even(3, 2, width), EPS, result.y, result.saved);
            norm.backward(x, gamma, result.saved, gradY, result.gradients.get(0), result.gradients.get(1), result.gradients.get(2));
            norm.backward(x, gamma, result.saved, gradY, null, null, null);                              // nothing wanted, nothing done
            return result;
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("forward is within 2e-6 and backward within 1e-5 of the reference, which sums in double, for awkward widths, at an offset")
    void asTheReference(Kind kind) {
        Normalization norm = kind.vector(WorkerPool.SERIAL);
        for (int[] size : new int[][] {{0, 4}, {1, 1}, {3, 13}, {5, 128}, {300, 207}, {2, 4099}}) {
            Result expected = Result.of(kind.reference, size[0], size[1]);
            Result found = Result.of(norm, size[0], size[1]);
            Numbers.assertClose(Numbers.doubles(expected.y), found.y, 2e-6);
            Numbers.assertClose(Numbers.doubles(expected.saved), found.saved, 1e-6);
            for (int i = 0; i < 3; i++) {
                Numbers.assertClose(Numbers.doubles(expected.gradients.get(i)), found.gradients.get(i), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("1, 2 and 4 threads give the same bits, forward and backward, and a row alone the bits that it gets among others")
    void anyNumberOfThreads(Kind kind) {
        Result expected = Result.of(kind.vector(WorkerPool.SERIAL), 999, 130);
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                Normalization norm = kind.vector(pool);
                Result found = Result.of(norm, 999, 130);
                Numbers.assertSameBits(expected.y, found.y);
                for (int i = 0; i < 3; i++) {
                    Numbers.assertSameBits(expected.gradients.get(i), found.gradients.get(i));
                }
                Tensor alone = Tensor.zeros(1, 130);
                norm.forward(Numbers.even(1, 2, 999, 130).slice(0, 500, 501), Numbers.even(2, 2, 130), Numbers.even(3, 2, 130), EPS, alone, null);
                Numbers.assertSameBits(found.y.slice(0, 500, 501), alone);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("without a beta to learn, gamma's gradient and that of x have the same bits")
    void noBeta(Kind kind) {
        Normalization norm = kind.vector(WorkerPool.SERIAL);
        Result expected = Result.of(norm, 5, 130);
        Tensor gradX = Numbers.even(5, 1, 5, 130);
        Tensor gradGamma = Numbers.even(6, 1, 130);
        norm.backward(Numbers.even(1, 2, 5, 130), Numbers.even(2, 2, 130), expected.saved, Numbers.even(4, 1, 5, 130), gradX, gradGamma, null);
        Numbers.assertSameBits(expected.gradients.get(0), gradX);
        Numbers.assertSameBits(expected.gradients.get(1), gradGamma);
    }
}
