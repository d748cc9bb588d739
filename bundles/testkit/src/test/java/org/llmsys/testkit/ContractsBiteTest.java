package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.layers.Activation;
import org.llmsys.layers.Loss;
import org.llmsys.layers.Softmax;
import org.llmsys.layers.internal.MeanSquaredError;
import org.llmsys.layers.internal.ProbabilitySoftmax;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.internal.ActivationContract;
import org.llmsys.testkit.internal.LogitsFilterContract;
import org.llmsys.testkit.internal.LossContract;
import org.llmsys.testkit.internal.MatmulContract;
import org.llmsys.testkit.internal.OptimizerContract;
import org.llmsys.testkit.internal.PlainTape;
import org.llmsys.testkit.internal.SamplerContract;
import org.llmsys.testkit.internal.SoftmaxContract;
import org.llmsys.testkit.internal.TapeContract;
import org.llmsys.training.Optimizer;

/** Wrong providers must fail: a contract that nothing fails checks nothing. */
class ContractsBiteTest {

    @Test
    @DisplayName("a matmul that multiplies and adds in two roundings is right, but lies about its numerics class")
    void numericsLiar() {
        MatmulKernel unfused = kernel(false, false);
        assertTrue(failures(new MatmulContract(), unfused, MatmulKernel.FMA_K_ASCENDING).stream().anyMatch(f -> f.contains("it claims")));
        assertTrue(failures(new MatmulContract(), unfused, "").isEmpty());
    }

    @Test
    @DisplayName("a matmul that adds from the last k to the first lies about its numerics class too")
    void orderLiar() {
        assertTrue(failures(new MatmulContract(), kernel(true, true), MatmulKernel.FMA_K_ASCENDING).stream().anyMatch(f -> f.contains("it claims")));
    }

    @Test
    @DisplayName("a matmul that forgets to add to C fails")
    void forgetsToAccumulate() {
        MatmulKernel right = kernel(false, true);
        MatmulKernel forgetful = (a, b, c, accumulate) -> right.multiply(a, b, c, false);
        assertTrue(failures(new MatmulContract(), forgetful, "").stream().allMatch(f -> f.contains("added")));
        assertTrue(!failures(new MatmulContract(), forgetful, "").isEmpty());
    }

    @Test
    @DisplayName("a matmul that forgets the bias over panels of one type fails for that type and no other")
    void forgetsTheBiasOverPanels() {
        MatmulKernel right = kernel(false, true);
        for (DType forgotten : new DType[] {DType.F32, DType.Q4_0}) {
            MatmulKernel forgetful = new MatmulKernel() {
                @Override
                public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
                    right.multiply(a, b, c, accumulate);
                }

                @Override
                public void multiplyPanels(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
                    MatmulKernel.requireFit(a, w, bias, c);
                    right.multiplyPanels(a, w, w.type() == forgotten ? null : bias, c);
                }
            };
            List<String> failures = failures(new MatmulContract(), forgetful, "");
            assertTrue(!failures.isEmpty() && failures.stream().allMatch(f -> f.contains("panels of " + forgotten + ",")), forgotten + ": " + failures);
        }
    }

    @Test
    @DisplayName("an activation whose derivative is off by a sign, or overwrites, fails")
    void wrongDerivative() {
        assertTrue(!failures(new ActivationContract(), tanh(-1, true), "tanh", "").isEmpty());
        assertTrue(!failures(new ActivationContract(), tanh(1, false), "tanh", "").isEmpty());
        assertTrue(failures(new ActivationContract(), tanh(1, true), "tanh", "").isEmpty());
    }

    @Test
    @DisplayName("a softmax that overflows, or whose gradient forgets that probabilities add up to 1, fails")
    void wrongSoftmax() {
        Softmax right = new ProbabilitySoftmax();
        Softmax unshifted = softmax((x, y) -> y.copyFrom(x.exp().div(x.exp().sum(true, -1))), right);
        Softmax forgetful = new Softmax() {
            @Override
            public void forward(Tensor x, Tensor y) {
                right.forward(x, y);
            }

            @Override
            public void backward(Tensor y, Tensor gradY, Tensor gradX) {
                gradX.copyFrom(gradX.add(y.mul(gradY)));
            }
        };
        assertTrue(failures(new SoftmaxContract(), right, "softmax", "").isEmpty());
        assertTrue(failures(new SoftmaxContract(), unshifted, "softmax", "").stream().anyMatch(f -> f.contains("overflow")));
        assertTrue(failures(new SoftmaxContract(), forgetful, "softmax", "").stream().allMatch(f -> f.contains("backward") || f.contains("refused")));
        assertTrue(!failures(new SoftmaxContract(), forgetful, "softmax", "").isEmpty());
    }

    @Test
    @DisplayName("a loss that overwrites the gradient, or is another loss than it says, fails")
    void wrongLoss() {
        Loss right = new MeanSquaredError();
        Loss overwriting = new Loss() {
            @Override
            public void forward(Tensor predictions, Tensor targets, Tensor losses) {
                right.forward(predictions, targets, losses);
            }

            @Override
            public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
                gradPredictions.copyFrom(Tensor.zeros(gradPredictions.shape().extents()));
                right.backward(predictions, targets, gradLosses, gradPredictions);
            }
        };
        assertTrue(failures(new LossContract(), right, "mean-squared-error", "").isEmpty());
        assertTrue(failures(new LossContract(), overwriting, "mean-squared-error", "").stream().allMatch(f -> f.contains("gradient")));
        assertTrue(!failures(new LossContract(), overwriting, "mean-squared-error", "").isEmpty());
        assertTrue(!failures(new LossContract(), right, "huber", "").isEmpty());
    }

    private static Softmax softmax(BiConsumer<Tensor, Tensor> forward, Softmax backward) {
        return new Softmax() {
            @Override
            public void forward(Tensor x, Tensor y) {
                forward.accept(x, y);
            }

            @Override
            public void backward(Tensor y, Tensor gradY, Tensor gradX) {
                backward.backward(y, gradY, gradX);
            }
        };
    }

    @Test
    @DisplayName("a sampler that picks removed tokens, or draws from a source of its own, fails")
    void wrongSamplers() {
        Sampler blind = (logits, draws) -> (int) (draws.getAsDouble() * logits.length);
        java.util.Random own = new java.util.Random();
        Sampler moody = (float[] logits, DoubleSupplier draws) -> {
            int id;
            do {
                id = own.nextInt(logits.length);
            } while (logits[id] == Float.NEGATIVE_INFINITY);
            return id;
        };
        assertTrue(!failures(new SamplerContract(), blind, "").isEmpty());
        assertTrue(!failures(new SamplerContract(), moody, "").isEmpty());
    }

    @Test
    @DisplayName("a filter that hears one token only, lets unknown ids pass, refuses them too late, or is moody, fails; a right one passes")
    void wrongFilters() {
        java.util.Random own = new java.util.Random();
        assertEquals(List.of(), failures(new LogitsFilterContract(), biases((logits, tokens) -> {
            requireKnown(tokens.lastKey(), logits);
            tokens.forEach((id, bias) -> logits[id] += bias);
        }), ""));
        assertFails("no effect", biases((logits, tokens) -> {
            requireKnown(tokens.lastKey(), logits);
            logits[tokens.firstKey()] += tokens.firstEntry().getValue();
        }));
        assertFails("was accepted", biases((logits, tokens) -> tokens.headMap(logits.length).forEach((id, bias) -> logits[id] += bias)));
        assertFails("before token", biases((logits, tokens) -> tokens.forEach((id, bias) -> {
            requireKnown(id, logits);
            logits[id] += bias;
        })));
        assertFails("does not name", biases((logits, tokens) -> {
            if (tokens.lastKey() >= logits.length) {
                throw Problem.misused("there is no such token", "the vocabulary is smaller", "name another");
            }
            tokens.forEach((id, bias) -> logits[id] += bias);
        }));
        assertFails("gives others", biases((logits, tokens) -> {
            requireKnown(tokens.lastKey(), logits);
            tokens.forEach((id, bias) -> logits[id] += bias * own.nextFloat());
        }));
    }

    private static void assertFails(String saying, LogitsFilterFactory factory) {
        List<String> failures = failures(new LogitsFilterContract(), factory, "");
        assertTrue(failures.stream().anyMatch(f -> f.contains(saying)), failures.toString());
    }

    private static void requireKnown(int id, float[] logits) {
        if (id >= logits.length) {
            throw Problem.misused("there is no token " + id, "the vocabulary is smaller", "name another");
        }
    }

    /** A filter that does this to the logits, once a token is named. */
    private static LogitsFilterFactory biases(BiConsumer<float[], SortedMap<Integer, Double>> effect) {
        return new LogitsFilterFactory() {
            @Override
            public List<Option> options() {
                return List.of(new Option("others", 0, 0, 0, "nothing"));
            }

            @Override
            public Optional<Option> tokenOption() {
                return Optional.of(new Option("ID", 0, -100, 100, "added"));
            }

            @Override
            public LogitsFilter create(Options options) {
                return logits -> {
                    if (!options.tokens().isEmpty()) {
                        effect.accept(logits, options.tokens());
                    }
                };
            }
        };
    }

    @Test
    @DisplayName("a tape that keeps a gradient it was handed without copying it, or walks forwards, fails; one that does neither passes")
    void wrongTapes() {
        assertTrue(!failures(new TapeContract(), SpoiltTapes::shares, "").isEmpty());
        assertTrue(!failures(new TapeContract(), SpoiltTapes::forwards, "").isEmpty());
        assertEquals(List.of(), failures(new TapeContract(), PlainTape::new, ""));
    }

    @Test
    @DisplayName("an optimizer that forgets the decay, shortens its gradient in place, or remembers by itself, fails; a right one passes")
    void wrongOptimizers() {
        assertEquals(List.of(), failures(new OptimizerContract(), descent(1, false, false), "sgd", ""));
        assertTrue(!failures(new OptimizerContract(), descent(0, false, false), "sgd", "").isEmpty());
        assertTrue(!failures(new OptimizerContract(), descent(1, true, false), "sgd", "").isEmpty());
        assertTrue(!failures(new OptimizerContract(), descent(1, false, true), "mine", "").isEmpty());
    }

    private static Optimizer descent(int decay, boolean spoilsGradient, boolean hoards) {
        double[] hoard = new double[1];
        return new Optimizer() {
            @Override
            public List<String> memory() {
                return List.of();
            }

            @Override
            public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
                requireFit(weight, gradient, memory);
                Elements w = weight.elements();
                Elements g = gradient.elements();
                for (int i = 0; i < w.size(); i++) {
                    hoard[0] = hoards ? 0.5 * hoard[0] + g.get(i) : 0;
                    w.set(i, w.get(i) - rule.learningRate() * (g.get(i) + decay * rule.settings().weightDecay() * w.get(i) + 0.1 * hoard[0]));
                    g.set(i, spoilsGradient ? 0 : g.get(i));
                }
            }
        };
    }

    private static <T> List<String> failures(Contract<T> contract, T provider, String numerics) {
        return failures(contract, provider, "test", numerics);
    }

    private static <T> List<String> failures(Contract<T> contract, T provider, String algorithm, String numerics) {
        Checks checks = new Checks();
        contract.check(provider, new Contract.Subject(algorithm, "test", numerics), checks);
        return checks.report().failures();
    }

    private static MatmulKernel kernel(boolean descending, boolean fused) {
        return (a, b, c, accumulate) -> {
            MatmulKernel.requireFit(a, b, c);
            for (int m = 0; m < a.rows(); m++) {
                for (int n = 0; n < b.columns(); n++) {
                    c.set(m, n, sum(a, b, m, n, accumulate ? c.get(m, n) : 0, descending, fused));
                }
            }
        };
    }

    private static float sum(Matrix a, Matrix b, int m, int n, float start, boolean descending, boolean fused) {
        float sum = start;
        for (int i = 0; i < a.columns(); i++) {
            int k = descending ? a.columns() - 1 - i : i;
            sum = fused ? Math.fma(a.get(m, k), b.get(k, n), sum) : sum + a.get(m, k) * b.get(k, n);
        }
        return sum;
    }

    private static Activation tanh(int sign, boolean adds) {
        return new Activation() {
            @Override
            public void forward(Tensor x, Tensor y) {
                for (int i = 0; i < x.size(); i++) {
                    y.set(Math.tanh(x.get(i)), i);
                }
            }

            @Override
            public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
                for (int i = 0; i < x.size(); i++) {
                    double t = Math.tanh(x.get(i));
                    gradX.set((adds ? gradX.get(i) : 0) + sign * gradY.get(i) * (1 - t * t), i);
                }
            }
        };
    }
}
