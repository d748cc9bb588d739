package org.llmsys.layers;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/**
 * What a weight holds before anything was learned. Numbers too large explode through the layers, too small ones vanish, equal ones
 * never become different.
 *
 * <pre>
 *   zeros, ones, constant(c)             the same everywhere
 *   normal(std)                          N(0, std)                                        GPT-2 takes std = 0.02
 *   truncated-normal(std)                N(0, std), drawn again when beyond 2 std         ViT and BERT take std = 0.02
 *   uniform(a)                           U(-a, a)
 *   xavier-uniform, xavier-normal        variance 2 / (in + out)                          for tanh and sigmoid
 *   kaiming-uniform, kaiming-normal      variance 2 / in                                  for ReLU
 *   lecun-uniform, lecun-normal          variance 1 / in                                  for SELU, and for layers without activation
 *   orthogonal                           rows or columns of length 1, at right angles     for recurrent networks
 * </pre>
 *
 * <p>A uniform draw of variance s² is U(-a, a) with a = s sqrt(3). {@code in} counts the numbers that are added up in one output,
 * {@code out} the outputs that one input takes part in: the extents of a weight (in, out); in times and out times the size of the window
 * for a convolution's (out, in, window...). The same stream gives the same numbers. Errors:
 * {@link org.llmsys.tensor.ShapeException} when a weight is not contiguous, or has one axis where in and out are asked for.
 *
 * <pre>{@code
 * Initialization.named("kaiming-normal").fill(weight, RandomStream.at(seed, layer));
 * }</pre>
 *
 * @see <a href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot, Bengio 2010</a> (xavier)
 * @see <a href="https://arxiv.org/abs/1502.01852">He et al. 2015</a> (kaiming)
 * @see <a href="http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf">LeCun et al. 1998, Efficient BackProp, section 4.6</a>
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

    /** N(0, std) without its tails: what lies beyond 2 std is drawn again, which leaves a deviation of 0.88 std. */
    static Initialization truncatedNormal(double std) {
        return (weight, random) -> draw(weight, () -> {
            double drawn;
            do {
                drawn = random.nextGaussian();
            } while (Math.abs(drawn) > 2);
            return std * drawn;
        });
    }

    /** Uniform from -bound to bound. */
    static Initialization uniform(double bound) {
        return (weight, random) -> draw(weight, () -> bound * (2 * random.nextDouble() - 1));
    }

    /** Keeps the size of numbers both ways through layers whose activation is near the identity around 0. */
    static Initialization xavierUniform() {
        return (weight, random) -> uniform(Math.sqrt(3) * xavier(weight)).fill(weight, random);
    }

    /** As {@link #xavierUniform}, drawn from a normal distribution. */
    static Initialization xavierNormal() {
        return (weight, random) -> normal(xavier(weight)).fill(weight, random);
    }

    /** Keeps the size of numbers through layers with ReLU, which silences half of them. */
    static Initialization kaimingNormal() {
        return (weight, random) -> normal(Math.sqrt(2 / Fans.of(weight.shape()).in())).fill(weight, random);
    }

    /** As {@link #kaimingNormal}, drawn uniformly. */
    static Initialization kaimingUniform() {
        return (weight, random) -> uniform(Math.sqrt(6 / Fans.of(weight.shape()).in())).fill(weight, random);
    }

    /** Keeps the size of numbers through layers that silence none. */
    static Initialization lecunNormal() {
        return (weight, random) -> normal(Math.sqrt(1 / Fans.of(weight.shape()).in())).fill(weight, random);
    }

    /** As {@link #lecunNormal}, drawn uniformly. */
    static Initialization lecunUniform() {
        return (weight, random) -> uniform(Math.sqrt(3 / Fans.of(weight.shape()).in())).fill(weight, random);
    }

    /** A matrix that keeps every length: its rows, or its columns when there are fewer of them, have length 1 and stand at right angles. */
    static Initialization orthogonal() {
        return new Orthogonal();
    }

    /**
     * An initialization by its name.
     *
     * @param name {@code zeros}, {@code ones}, {@code normal} and {@code truncated-normal} (with std 0.02), {@code uniform} (with bound
     *             0.05), {@code xavier-uniform}, {@code xavier-normal}, {@code kaiming-uniform}, {@code kaiming-normal},
     *             {@code lecun-uniform}, {@code lecun-normal}, {@code orthogonal}
     * @throws Problem for any other name
     */
    static Initialization named(String name) {
        return switch (name) {
            case "zeros" -> constant(0);
            case "ones" -> constant(1);
            case "normal" -> normal(0.02);
            case "truncated-normal" -> truncatedNormal(0.02);
            case "uniform" -> uniform(0.05);
            case "xavier-uniform" -> xavierUniform();
            case "xavier-normal" -> xavierNormal();
            case "kaiming-uniform" -> kaimingUniform();
            case "kaiming-normal" -> kaimingNormal();
            case "lecun-uniform" -> lecunUniform();
            case "lecun-normal" -> lecunNormal();
            case "orthogonal" -> orthogonal();
            default -> throw Problem.misused("no initialization is called " + name, "weights start in one of a few known ways",
                    "take zeros, ones, normal, truncated-normal, uniform, xavier-uniform, xavier-normal, kaiming-uniform, kaiming-normal, "
                            + "lecun-uniform, lecun-normal or orthogonal");
        };
    }

    private static double xavier(Tensor weight) {
        Fans fans = Fans.of(weight.shape());
        return Math.sqrt(2 / (fans.in() + fans.out()));
    }

    private static void draw(Tensor weight, DoubleSupplier numbers) {
        Elements w = weight.elements();
        for (int i = 0; i < w.size(); i++) {
            w.set(i, numbers.getAsDouble());
        }
    }
}
