package org.llmsys.layers;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/**
 * What a weight holds before anything was learned. Numbers too large explode through the layers, too small ones vanish, equal ones
 * never become different.
 *
 * <pre>
 *   normal(std)       N(0, std)                                     GPT-2 takes std = 0.02
 *   xavier-uniform    U(-a, a),  a = sqrt(6 / (in + out))           for tanh and sigmoid
 *   kaiming-normal    N(0, sqrt(2 / in))                            for ReLU
 *   kaiming-uniform   U(-a, a),  a = sqrt(6 / in)                   for ReLU
 * </pre>
 *
 * <p>{@code in} and {@code out} are the extents of a weight of shape (in, out). The same stream gives the same numbers.
 *
 * @see <a href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot, Bengio 2010</a>
 * @see <a href="https://arxiv.org/abs/1502.01852">He et al. 2015</a>
 */
@FunctionalInterface
public interface Initialization {

    /** Overwrites every element, in row-major order, with numbers drawn from the stream. */
    void fill(Tensor weight, RandomStream random);

    /** Every element the same: 0 for biases, 1 for the scale of a norm. */
    static Initialization constant(double value) {
        return (weight, random) -> draw(weight, () -> value);
    }

    /** N(0, std). */
    static Initialization normal(double std) {
        return (weight, random) -> draw(weight, () -> std * random.nextGaussian());
    }

    /** Uniform from -bound to bound. */
    static Initialization uniform(double bound) {
        return (weight, random) -> draw(weight, () -> bound * (2 * random.nextDouble() - 1));
    }

    /** Keeps the size of numbers both ways through layers whose activation is near the identity around 0. */
    static Initialization xavierUniform() {
        return (weight, random) -> uniform(Math.sqrt(6.0 / (in(weight) + out(weight)))).fill(weight, random);
    }

    /** Keeps the size of numbers through layers with ReLU, which silences half of them. */
    static Initialization kaimingNormal() {
        return (weight, random) -> normal(Math.sqrt(2.0 / in(weight))).fill(weight, random);
    }

    /** As {@link #kaimingNormal}, drawn uniformly. */
    static Initialization kaimingUniform() {
        return (weight, random) -> uniform(Math.sqrt(6.0 / in(weight))).fill(weight, random);
    }

    /**
     * An initialization by its name.
     *
     * @param name {@code zeros}, {@code ones}, {@code normal} (with std 0.02), {@code xavier-uniform}, {@code kaiming-normal},
     *             {@code kaiming-uniform}
     * @throws Problem for any other name
     */
    static Initialization named(String name) {
        return switch (name) {
            case "zeros" -> constant(0);
            case "ones" -> constant(1);
            case "normal" -> normal(0.02);
            case "xavier-uniform" -> xavierUniform();
            case "kaiming-normal" -> kaimingNormal();
            case "kaiming-uniform" -> kaimingUniform();
            default -> throw Problem.misused("no initialization is called " + name, "weights start in one of a few known ways",
                    "take zeros, ones, normal, xavier-uniform, kaiming-normal or kaiming-uniform");
        };
    }

    private static void draw(Tensor weight, DoubleSupplier numbers) {
        float[] w = weight.floats();
        int from = weight.floatOffset();
        int to = from + Math.toIntExact(weight.size());
        for (int i = from; i < to; i++) {
            w[i] = (float) numbers.getAsDouble();
        }
    }

    private static long in(Tensor weight) {
        return weight.shape().extent(0);
    }

    private static long out(Tensor weight) {
        return weight.shape().extent(-1);
    }
}
