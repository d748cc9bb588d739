package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.layers.Activation;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.internal.ActivationContract;
import org.llmsys.testkit.internal.MatmulContract;
import org.llmsys.testkit.internal.SamplerContract;

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
    @DisplayName("an activation whose derivative is off by a sign, or overwrites, fails")
    void wrongDerivative() {
        assertTrue(!failures(new ActivationContract(), tanh(-1, true), "tanh", "").isEmpty());
        assertTrue(!failures(new ActivationContract(), tanh(1, false), "tanh", "").isEmpty());
        assertTrue(failures(new ActivationContract(), tanh(1, true), "tanh", "").isEmpty());
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
