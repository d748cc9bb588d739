package org.llmsys.examples.spirals;

import java.util.function.Function;

import org.llmsys.examples.picture.Picture;
import org.llmsys.tensor.Tensor;

/** What a network answers everywhere between -1.2 and 1.2: blue for the first spiral, orange for the second, pale where it is not sure. */
final class SpiralPicture {

    private static final int SIDE = 480;
    private static final double REACH = 1.2;

    private SpiralPicture() {
    }

    /** @param scores for positions (N,2), N numbers: below 0 the first spiral, above 0 the second, the farther the surer */
    static Picture of(SpiralPoints points, Function<Tensor, float[]> scores) {
        Picture picture = new Picture(SIDE, SIDE);
        for (int y = 0; y < SIDE; y++) {
            Tensor row = Tensor.zeros(SIDE, 2);
            for (int x = 0; x < SIDE; x++) {
                row.set(position(x), x, 0);
                row.set(-position(y), x, 1);                           // up is positive, as in mathematics
            }
            float[] answers = scores.apply(row);
            for (int x = 0; x < SIDE; x++) {
                picture.set(x, y, colour(answers[x], 0.35));
            }
        }
        for (int i = 0; i < points.arms().size(); i++) {
            int x = point(points.positions().get(i, 0));
            int y = point(-points.positions().get(i, 1));
            picture.dot(x, y, 4, Picture.rgb(1, 1, 1));                // a white rim
            picture.dot(x, y, 3, colour(points.arms().getLong(i) == 0 ? -20 : 20, 0));
        }
        return picture;
    }

    private static double position(int pixel) {
        return REACH * (2.0 * pixel / (SIDE - 1) - 1);
    }

    private static int point(double position) {
        return (int) Math.round((position / REACH + 1) / 2 * (SIDE - 1));
    }

    /** From blue over white to orange, by the probability 1 / (1 + exp(-score)); {@code pale} mixes in that share of white. */
    private static int colour(double score, double pale) {
        double second = 1 / (1 + Math.exp(-score));
        double sure = (1 - pale) * Math.abs(2 * second - 1);
        return second < 0.5 ? Picture.rgb(1 - 0.88 * sure, 1 - 0.53 * sure, 1 - 0.29 * sure)
                : Picture.rgb(1 - 0.10 * sure, 1 - 0.56 * sure, 1 - 0.95 * sure);
    }
}
