package org.llmsys.layers;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * How many numbers go into each output of a weight, and how many outputs each input goes to.
 *
 * <pre>
 *   (in, out)                          a linear layer's weight, as this house stores it
 *   (out, in, k, ...)                  a convolution's: in * k..., out * k...
 * </pre>
 *
 * @param in  numbers that are added up in one output
 * @param out outputs that one input takes part in
 */
record Fans(double in, double out) {

    /** @throws ShapeException for fewer than two axes, or an axis without elements */
    static Fans of(Shape weight) {
        if (weight.rank() < 2 || weight.size() == 0) {
            throw new ShapeException("initialization", weight, "only a weight of two axes or more, with elements, has inputs and outputs to count");
        }
        if (weight.rank() == 2) {
            return new Fans(weight.extent(0), weight.extent(1));
        }
        double out = weight.extent(0);
        double in = weight.extent(1);
        return new Fans(weight.size() / out, weight.size() / in);
    }
}
