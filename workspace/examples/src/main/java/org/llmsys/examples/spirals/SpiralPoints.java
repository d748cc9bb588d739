package org.llmsys.examples.spirals;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Points on two spirals, a little off the line, turn by turn one of each.
 *
 * <pre>
 *   angle = 2π * TURNS * r + π * arm          x = r cos(angle) + noise          y = r sin(angle) + noise          r from 0.1 to 1
 * </pre>
 *
 * @param positions (N,2), about from -1 to 1
 * @param arms      (N), 0 or 1
 */
record SpiralPoints(Tensor positions, Tensor arms) {

    private static final double TURNS = 1.75;
    private static final double NOISE = 0.02;

    /** @param place another place gives other points of the same spirals */
    static SpiralPoints draw(int count, long seed, long place) {
        Tensor positions = Tensor.zeros(count, 2);
        Tensor arms = Tensor.zeros(DType.I32, Shape.of(count));
        RandomStream random = RandomStream.at(seed, place);
        for (int i = 0; i < count; i++) {
            int arm = i % 2;
            double r = 0.1 + 0.9 * random.nextDouble();
            double angle = 2 * Math.PI * TURNS * r + Math.PI * arm;
            positions.set(r * Math.cos(angle) + NOISE * random.nextGaussian(), i, 0);
            positions.set(r * Math.sin(angle) + NOISE * random.nextGaussian(), i, 1);
            arms.set(arm, i);
        }
        return new SpiralPoints(positions, arms);
    }
}
