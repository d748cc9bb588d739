package org.llmsys.layers;

import java.util.Objects;
import java.util.stream.Stream;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.layers.ChannelStatistics.Layout;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Brings every channel to mean 0 and deviation 1 over the batch, then lets the network choose scale and shift of each channel. Called
 * BatchNorm1d for (N,C) and (N,C,T), BatchNorm2d for pictures (N,C,H,W); the arithmetic is one.
 *
 * <pre>
 *   h = (x - mean[c]) * r[c],   r = 1 / sqrt(variance + eps)          y = gamma[c] * h + beta[c]
 *
 *   learning     mean and variance are the batch's; running = (1 - momentum) * running + momentum * batch
 *                dLoss/dx = gamma r (g - mean of g - h * mean of (g h)),   g = dLoss/dy, means over the channel
 *   generating   mean and variance are the running ones
 *                dLoss/dx = gamma r g
 *   dLoss/dgamma = sum of g h          dLoss/dbeta = sum of g
 * </pre>
 *
 * <p>Shapes: x, y (N, C, ...), two axes or more; gamma {@code name.weight}, beta {@code name.bias}, {@code name.running_mean} and
 * {@code name.running_var} (C), each of which may be missing: then gamma is 1, beta 0, and the batch's own numbers serve always. The
 * running numbers are saved with the weights, but no gradient flows to them, so optimizers leave them alone.
 *
 * <p>They change when the pass completes ({@link Pass#whenComplete}), not before: an attempt at a step that is given up and repeated
 * does not count twice. Errors: {@link ShapeException} for another number of channels, and when learning from a single number a channel,
 * which has no deviation.
 *
 * <pre>{@code
 * BatchNorm norm = new BatchNorm("bn1", 16, weights);
 * Variable y = norm.forward(x, pass);        // (N,16,H,W)
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1502.03167">Ioffe, Szegedy 2015, Batch Normalization</a>
 */
public final class BatchNorm implements Layer {

    private final String name;
    private final int channels;
    private final BatchNormOptions options;
    private final Variable gamma;
    private final Variable beta;
    private final Variable runningMean;
    private final Variable runningVariance;

    /** With {@link BatchNormOptions#DEFAULT}. @param channels C */
    public BatchNorm(String name, int channels, Parameters parameters) {
        this(name, channels, BatchNormOptions.DEFAULT, parameters);
    }

    /** @param channels C */
    public BatchNorm(String name, int channels, BatchNormOptions options, Parameters parameters) {
        this.name = name;
        this.channels = channels;
        this.options = options;
        this.gamma = parameters.find(name + ".weight", channels);
        this.beta = parameters.find(name + ".bias", channels);
        this.runningMean = parameters.find(name + ".running_mean", channels);
        this.runningVariance = parameters.find(name + ".running_var", channels);
    }

    @Override
    public Variable forward(Variable input, Pass pass) {
        if (input.shape().rank() < 2 || input.shape().extent(1) != channels) {
            throw new ShapeException("batch norm " + name, input.shape(), Shape.of(channels), "axis 1 of the input holds the channels");
        }
        Variable x = Views.contiguous(input, pass);
        boolean measured = runningMean != null && runningVariance != null;
        boolean ofBatch = !measured || pass.training() && !options.frozen();
        ChannelStatistics statistics = ofBatch ? ofBatch(x, pass) : ChannelStatistics.measured(runningMean.value(), runningVariance.value());
        if (ofBatch && measured && pass.training()) {
            pass.whenComplete(() -> remember(statistics));
        }
        double[] r = statistics.factors(options.eps());
        Tensor y = pass.blank(x.shape());
        Elements from = x.value().elements();
        Elements to = y.elements();
        Layout.of(x.shape()).forEach((i, c) -> to.set(i, scale(c) * (from.get(i) - statistics.mean()[c]) * r[c] + shift(c)));
        return pass.tape().record("batch norm " + name, y,
                (gradY, gradients) -> new Backward(x, statistics.mean(), r, ofBatch).apply(gradY, gradients), inputs(x));
    }

    private ChannelStatistics ofBatch(Variable x, Pass pass) {
        if (pass.training() && Layout.of(x.shape()).count() < 2) {
            throw new ShapeException("batch norm " + name, x.shape(), "a channel of fewer than two numbers has no deviation to learn from");
        }
        return ChannelStatistics.of(x.value());
    }

    private void remember(ChannelStatistics batch) {
        double toUnbiased = options.unbiased() ? batch.count() / (batch.count() - 1.0) : 1;
        for (int c = 0; c < channels; c++) {
            mix(runningMean.value(), c, batch.mean()[c]);
            mix(runningVariance.value(), c, batch.variance()[c] * toUnbiased);
        }
    }

    private void mix(Tensor running, int c, double batch) {
        running.set((1 - options.momentum()) * running.getDouble(c) + options.momentum() * batch, c);
    }

    private double scale(int channel) {
        return gamma == null ? 1 : gamma.value().getDouble(channel);
    }

    private double shift(int channel) {
        return beta == null ? 0 : beta.value().getDouble(channel);
    }

    private Variable[] inputs(Variable x) {
        return Stream.of(x, gamma, beta).filter(Objects::nonNull).toArray(Variable[]::new);
    }

    /** The way back; {@code ofBatch} says whether mean and deviation moved with x. */
    private final class Backward {

        private final Variable x;
        private final double[] mean;
        private final double[] r;
        private final boolean ofBatch;

        Backward(Variable x, double[] mean, double[] r, boolean ofBatch) {
            this.x = x;
            this.mean = mean;
            this.r = r;
            this.ofBatch = ofBatch;
        }

        void apply(Tensor gradY, Gradients gradients) {
            Layout layout = Layout.of(x.shape());
            Elements xs = x.value().elements();
            Elements g = gradY.elements();
            double[] sumOfG = new double[channels];
            double[] sumOfGH = new double[channels];
            layout.forEach((i, c) -> {
                sumOfG[c] += g.get(i);
                sumOfGH[c] += g.get(i) * (xs.get(i) - mean[c]) * r[c];
            });
            if (gradients.wanted(x)) {
                double each = ofBatch ? 1.0 / layout.count() : 0;
                Elements into = gradients.into(x).elements();
                layout.forEach((i, c) -> into.add(i, scale(c) * r[c] * (g.get(i) - each * (sumOfG[c] + (xs.get(i) - mean[c]) * r[c] * sumOfGH[c]))));
            }
            addTo(gamma, sumOfGH, gradients);
            addTo(beta, sumOfG, gradients);
        }
    }

    /** Adds a weight's gradient, where there is such a weight and its gradient is wanted. */
    static void addTo(Variable weight, double[] sums, Gradients gradients) {
        if (weight != null && gradients.wanted(weight)) {
            Elements into = gradients.into(weight).elements();
            for (int c = 0; c < sums.length; c++) {
                into.add(c, sums[c]);
            }
        }
    }
}
