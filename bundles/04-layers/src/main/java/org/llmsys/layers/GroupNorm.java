package org.llmsys.layers;

import java.util.Objects;
import java.util.stream.Stream;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Brings each group of channels of each example to mean 0 and deviation 1, then lets the network choose scale and shift of each channel.
 * Unlike {@link BatchNorm} it looks at one example at a time, so it does the same while learning and when generating. As many groups as
 * channels make it InstanceNorm; one group takes an example as a whole.
 *
 * <pre>
 *   h = (x - mean[n,g]) * r[n,g],   r = 1 / sqrt(variance + eps)          y = gamma[c] * h + beta[c]
 *
 *   d = dLoss/dy * gamma
 *   dLoss/dx = r (d - mean of d - h * mean of (d h)), means over the group
 *   dLoss/dgamma = sum of dLoss/dy * h          dLoss/dbeta = sum of dLoss/dy
 * </pre>
 *
 * <p>Shapes: x, y (N, C, ...); gamma {@code name.weight} and beta {@code name.bias} (C), which may be missing: then 1 and 0. Errors:
 * {@link ShapeException} for another number of channels.
 *
 * <pre>{@code
 * Variable y = new GroupNorm("gn", 4, 16, 1e-5, weights).forward(x, pass);        // (N,16,H,W), four channels a group
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu, He 2018, Group Normalization</a>
 * @see <a href="https://arxiv.org/abs/1607.08022">Ulyanov, Vedaldi, Lempitsky 2016, Instance Normalization</a>
 */
public final class GroupNorm implements Layer {

    private final String name;
    private final int groups;
    private final int channels;
    private final double eps;
    private final Variable gamma;
    private final Variable beta;

    /**
     * @param groups   how many; divides the number of channels
     * @param channels C
     * @param eps      added to the variance; above 0
     */
    public GroupNorm(String name, int groups, int channels, double eps, Parameters parameters) {
        if (groups < 1 || channels % groups != 0 || !(eps > 0)) {
            throw new IllegalArgumentException("group norm " + name + ": " + channels + " channels in " + groups + " groups, epsilon " + eps
                    + "; the groups divide the channels, the epsilon is above 0");
        }
        this.name = name;
        this.groups = groups;
        this.channels = channels;
        this.eps = eps;
        this.gamma = parameters.find(name + ".weight", channels);
        this.beta = parameters.find(name + ".bias", channels);
    }

    @Override
    public Variable forward(Variable input, Pass pass) {
        if (input.shape().rank() < 2 || input.shape().extent(1) != channels) {
            throw new ShapeException("group norm " + name, input.shape(), Shape.of(channels), "axis 1 of the input holds the channels");
        }
        Variable x = Views.contiguous(input, pass);
        Tensor y = pass.blank(x.shape());
        if (x.value().size() == 0) {
            return pass.tape().record("group norm " + name, y, (gradY, gradients) -> { }, x);
        }
        int count = groups * x.shape().intExtent(0);                                                // N*G
        int width = Math.toIntExact(x.value().size() / count);
        ChannelStatistics statistics = ChannelStatistics.of(x.value().reshape(1, count, width));
        Normalized h = new Normalized(x.value().elements(), width, width / (channels / groups), statistics.mean(), statistics.factors(eps));
        Elements to = y.elements();
        for (int i = 0; i < to.size(); i++) {
            to.set(i, scale(h.channel(i)) * h.get(i) + (beta == null ? 0 : beta.value().getDouble(h.channel(i))));
        }
        Variable[] inputs = Stream.of(x, gamma, beta).filter(Objects::nonNull).toArray(Variable[]::new);
        return pass.tape().record("group norm " + name, y, (gradY, gradients) -> backward(x, h, gradY.elements(), gradients), inputs);
    }

    private double scale(int channel) {
        return gamma == null ? 1 : gamma.value().getDouble(channel);
    }

    private void backward(Variable x, Normalized h, Elements gradY, Gradients gradients) {
        double[] gammaSums = new double[channels];
        double[] betaSums = new double[channels];
        double[] meanOfD = new double[h.r().length];
        double[] meanOfDH = new double[h.r().length];
        for (int i = 0; i < gradY.size(); i++) {
            double g = gradY.get(i);
            double share = g * scale(h.channel(i)) / h.width();
            gammaSums[h.channel(i)] += g * h.get(i);
            betaSums[h.channel(i)] += g;
            meanOfD[h.group(i)] += share;
            meanOfDH[h.group(i)] += share * h.get(i);
        }
        if (gradients.wanted(x)) {
            Elements into = gradients.into(x).elements();
            for (int i = 0; i < gradY.size(); i++) {
                double d = gradY.get(i) * scale(h.channel(i));
                into.add(i, h.r()[h.group(i)] * (d - meanOfD[h.group(i)] - h.get(i) * meanOfDH[h.group(i)]));
            }
        }
        BatchNorm.addTo(gamma, gammaSums, gradients);
        BatchNorm.addTo(beta, betaSums, gradients);
    }

    /** h, computed anew where it is asked for: element i belongs to group {@code i / width} and to a channel of {@code inner} elements. */
    private final class Normalized {

        private final Elements x;
        private final int width;
        private final int inner;
        private final double[] mean;
        private final double[] r;

        Normalized(Elements x, int width, int inner, double[] mean, double[] r) {
            this.x = x;
            this.width = width;
            this.inner = inner;
            this.mean = mean;
            this.r = r;
        }

        double get(int i) {
            return (x.get(i) - mean[group(i)]) * r[group(i)];
        }

        int group(int i) {
            return i / width;
        }

        int channel(int i) {
            return i / inner % channels;
        }

        int width() {
            return width;
        }

        double[] r() {
            return r;
        }
    }
}
