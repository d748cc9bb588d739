package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Trial;
import org.llmsys.layers.internal.BinaryCrossEntropy;
import org.llmsys.layers.internal.BinaryCrossEntropyWithLogits;
import org.llmsys.layers.internal.CrossEntropy;
import org.llmsys.layers.internal.Huber;
import org.llmsys.layers.internal.MeanAbsoluteError;
import org.llmsys.layers.internal.MeanSquaredError;
import org.llmsys.layers.internal.NegativeLogLikelihood;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** The losses of this room, row by row. */
class LossTest {

    private final Loss crossEntropy = new CrossEntropy();

    @Test
    @DisplayName("logits log(1), log(2), log(5) are probabilities 1/8, 2/8, 5/8: the loss of class 1 is log(4), its gradient (1/8, -6/8, 5/8)")
    void crossEntropyByHand() {
        Tensor logits = Tensor.of(Shape.of(1, 3), 0, (float) Math.log(2), (float) Math.log(5));
        assertEquals(Math.log(4), losses(crossEntropy, logits, ids(1))[0], 1e-7);
        assertArrayEquals(new float[] {0.125f, -0.75f, 0.625f}, gradient(crossEntropy, logits, ids(1), 1), 1e-7f);
    }

    @Test
    @DisplayName("equal logits over 207 classes: log(207), whatever the target")
    void guessingEvenly() {
        for (float loss : losses(crossEntropy, Tensor.zeros(13, 207), ids(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 206))) {
            assertEquals((float) Math.log(207), loss);
        }
    }

    @Test
    @DisplayName("logits of ±3e38 neither overflow nor become NaN, and two equal ones share the probability")
    void hugeLogits() {
        Tensor logits = Tensor.of(Shape.of(3, 2), 1e38f, -1e38f, 1000, 998, 3e38f, 3e38f);
        assertArrayEquals(new float[] {2e38f, (float) Math.log(1 + Math.exp(-2)), (float) Math.log(2)}, losses(crossEntropy, logits, ids(1, 0, 0)), 1e-6f);
        float p = (float) (1 / (1 + Math.exp(-2)));
        assertArrayEquals(new float[] {1, -1, p - 1, 1 - p, -0.5f, 0.5f}, gradient(crossEntropy, logits, ids(1, 0, 0), 1), 1e-6f);
    }

    @Test
    @DisplayName("a class of logit minus infinity costs infinity when it is the target and nothing when it is not")
    void impossibleClasses() {
        Tensor logits = Tensor.of(Shape.of(3, 2), 0, Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        assertArrayEquals(new float[] {0, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY}, losses(crossEntropy, logits, ids(0, 1, 0)));
        assertArrayEquals(new float[] {0, 0, 1, -1, -1, 0}, gradient(crossEntropy, logits, ids(0, 1, 0), 1));
    }

    @Test
    @DisplayName("rows with target -1 have loss 0 and no gradient, and change nothing for others; there may be no rows")
    void rowsLeftOut() {
        Tensor logits = Trial.random("logits", 3, 5).value();
        Tensor alone = logits.slice(0, 1, 2);
        for (Loss loss : new Loss[] {crossEntropy, new NegativeLogLikelihood()}) {
            assertArrayEquals(new float[] {0, losses(loss, alone, ids(4))[0], 0}, losses(loss, logits, ids(-1, 4, -1)));
            float[] expected = new float[15];
            System.arraycopy(gradient(loss, alone, ids(4), 1), 0, expected, 5, 5);
            assertArrayEquals(expected, gradient(loss, logits, ids(-1, 4, -1), 1));
            assertEquals(0, losses(loss, Tensor.zeros(0, 5), ids()).length);
            assertEquals(0, losses(loss, Tensor.zeros(2, 0), ids(-1, -1))[1]);
        }
    }

    @Test
    @DisplayName("a target outside the classes is refused with row and range; shapes that do not fit with both")
    void refusals() {
        Tensor x = Tensor.zeros(2, 5);
        Problem p = assertThrows(Problem.class, () -> losses(crossEntropy, x, ids(0, 5)));
        assertEquals("target 5 in row 1 is no class", p.getMessage());
        assertTrue(p.why().contains("0 to 4"));
        assertThrows(Problem.class, () -> losses(crossEntropy, x, ids(-2, 0)));
        assertThrows(Problem.class, () -> losses(crossEntropy, Tensor.zeros(1, 0), ids(0)));
        assertThrows(ShapeException.class, () -> losses(crossEntropy, x, ids(0)));
        assertThrows(ShapeException.class, () -> losses(crossEntropy, x, Tensor.zeros(2)));                  // classes are whole numbers
        assertThrows(ShapeException.class, () -> crossEntropy.forward(x, ids(0, 0), Tensor.zeros(3)));
        assertThrows(ShapeException.class, () -> crossEntropy.backward(x, ids(0, 0), Tensor.zeros(2), Tensor.zeros(5, 2)));
        assertThrows(ShapeException.class, () -> losses(new MeanSquaredError(), x, Tensor.zeros(5, 2)));
        assertThrows(ShapeException.class, () -> new Huber().backward(x, x, Tensor.zeros(2), Tensor.zeros(10)));
    }

    @Test
    @DisplayName("backward adds, and multiplies by what arrives for each row")
    void addsRowByRow() {
        Tensor gradient = Tensor.of(Shape.of(2, 2), 100, 100, 100, 100);
        crossEntropy.backward(Tensor.zeros(2, 2), ids(0, 1), Tensor.of(Shape.of(2), 4, -8), gradient);
        assertArrayEquals(new float[] {98, 102, 96, 104}, gradient.floats());
    }

    @ParameterizedTest(name = "{0} of {1} against {2}: {3}, slope {4}")
    @DisplayName("losses between numbers, by hand")
    @CsvSource({"mse, 1, 3, 4, -4", "mse, 2, 2, 0, 0", "l1, 1, 3, 2, -1", "l1, 5, 1, 4, 1", "l1, 2, 2, 0, 0",
        "huber, 1.5, 1, 0.125, 0.5", "huber, 1, 3, 1.5, -1", "huber, 9, 1, 7.5, 1",
        "bce, 0.25, 1, 1.3862943611198906, -4", "bce, 0.25, 0, 0.28768207245178085, 1.3333333333333333", "bce, 0, 1, 100, -1e12", "bce, 1, 1, 0, 0",
        "logits, 0, 1, 0.6931471805599453, -0.5", "logits, 1000, 0, 1000, 1", "logits, 1000, 1, 0, 0", "logits, -1000, 1, 1000, -1",
        "logits, 0, 0.5, 0.6931471805599453, 0"})
    void numbers(String name, float prediction, float target, double loss, double slope) {
        Loss each = switch (name) {
            case "mse" -> new MeanSquaredError();
            case "l1" -> new MeanAbsoluteError();
            case "huber" -> new Huber();
            case "bce" -> new BinaryCrossEntropy();
            default -> new BinaryCrossEntropyWithLogits();
        };
        Tensor p = Tensor.of(Shape.of(1, 1), prediction);
        Tensor t = Tensor.of(Shape.of(1, 1), target);
        assertEquals(loss, losses(each, p, t)[0], 1e-7 * Math.max(1, loss));
        assertEquals(slope, gradient(each, p, t, 1)[0], 1e-7 * Math.max(1, Math.abs(slope)));
    }

    @Test
    @DisplayName("a row of numbers has their mean as loss: (1, 2) against (3, 5) is (4 + 9) / 2, gradient (-2, -3); no numbers cost nothing")
    void meanOfARow() {
        Loss loss = new MeanSquaredError();
        Tensor p = Tensor.of(Shape.of(1, 2), 1, 2);
        Tensor t = Tensor.of(Shape.of(1, 2), 3, 5);
        assertArrayEquals(new float[] {6.5f}, losses(loss, p, t));
        assertArrayEquals(new float[] {-2, -3}, gradient(loss, p, t, 1));
        assertArrayEquals(new float[] {0, 0}, losses(loss, Tensor.zeros(2, 0), Tensor.zeros(2, 0)));
    }

    private static float[] losses(Loss loss, Tensor predictions, Tensor targets) {
        Tensor losses = Tensor.zeros(predictions.shape().extent(0));
        java.util.Arrays.fill(losses.floats(), Float.NaN);
        loss.forward(predictions, targets, losses);
        return losses.floats();
    }

    private static float[] gradient(Loss loss, Tensor predictions, Tensor targets, float arriving) {
        Tensor each = Tensor.zeros(predictions.shape().extent(0));
        java.util.Arrays.fill(each.floats(), arriving);
        Tensor gradient = Tensor.zeros(predictions.shape().extents());
        loss.backward(predictions, targets, each, gradient);
        return gradient.floats();
    }

    private static Tensor ids(int... ids) {
        return Tensor.ofInts(Shape.of(ids.length), ids);
    }
}
