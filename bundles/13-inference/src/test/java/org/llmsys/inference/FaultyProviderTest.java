package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.WorkerPool;

/** Whatever a provider does, the caller's tokens are those of an undisturbed run. */
class FaultyProviderTest {

    enum Fault { NAN_ONCE, THROWS_ONCE, NAN_FROM_THEN_ON, THROWS_FROM_THEN_ON }

    /** Multiplies as the others do, until its hundredth call. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "faulty", numerics = MatmulKernel.FMA_K_ASCENDING)
    public static final class FaultyMatmul implements MatmulKernel {

        private final Fault fault;
        private int calls;

        FaultyMatmul(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            for (int m = 0; m < a.rows(); m++) {
                for (int n = 0; n < b.columns(); n++) {
                    float sum = accumulate ? c.get(m, n) : 0;
                    for (int k = 0; k < a.columns(); k++) {
                        sum = Math.fma(a.get(m, k), b.get(k, n), sum);
                    }
                    c.set(m, n, sum);
                }
            }
            boolean bad = ++calls == 100 || calls > 100 && (fault == Fault.NAN_FROM_THEN_ON || fault == Fault.THROWS_FROM_THEN_ON);
            if (bad && (fault == Fault.NAN_ONCE || fault == Fault.NAN_FROM_THEN_ON)) {
                c.set(0, 0, Float.NaN);
            } else if (bad) {
                throw new IllegalStateException("a test says so");
            }
        }
    }

    /** A filter that remembers what it was told: the tokens, once each, whatever was repeated. */
    @Provider(slot = "filter", algorithm = "remembering", name = "remembering")
    public static final class RememberingFilter implements LogitsFilterFactory {

        final List<Integer> accepted = new ArrayList<>();

        @Override
        public List<Option> options() {
            return List.of();
        }

        @Override
        public LogitsFilter create(Options options) {
            return new LogitsFilter() {
                @Override
                public void apply(float[] logits) {
                    accepted.stream().distinct().limit(5).forEach(id -> logits[id] = Float.NEGATIVE_INFINITY);
                }

                @Override
                public void accept(int id) {
                    accepted.add(id);
                }
            };
        }
    }

    /** A sampler that names a token the vocabulary does not have. */
    @Provider(slot = "sampler", algorithm = "greedy", name = "astray")
    public static final class AstraySampler implements Sampler {

        @Override
        public int pick(float[] logits, DoubleSupplier draws) {
            return logits.length;
        }
    }

    private final List<String> quarantined = new ArrayList<>();
    private final StepListener listener = new StepListener() {
        @Override
        public void quarantined(Candidate provider, String reason) {
            quarantined.add(provider.name());
        }
    };

    private List<Integer> write(Assemblies assemblies, GenerationOptions options) {
        LoadedModel model = TinyModels.characters(assemblies, 32);
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, new int[] {1, 2, 3}, options, listener)) {
            List<Integer> ids = new ArrayList<>();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
            return ids;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    @DisplayName("a matmul that fails in the middle: the tokens and what the filter heard are those of the undisturbed run")
    void faultyMatmul(Fault fault) {
        GenerationOptions options = new GenerationOptions(25, "categorical", List.of(new FilterChoice("remembering", Map.of())), 11, List.of());
        RememberingFilter undisturbed = new RememberingFilter();
        List<Integer> expected = write(ClassPathWorkbench.open(undisturbed, WorkerPool.SERIAL).assemblies(), options);
        RememberingFilter filter = new RememberingFilter();
        FaultyMatmul faulty = new FaultyMatmul(fault);
        assertEquals(expected, write(ClassPathWorkbench.open(faulty, filter, WorkerPool.SERIAL).assemblies(), options));
        assertEquals(expected, filter.accepted);
        assertTrue(faulty.calls >= 100, "the fault happened");
        boolean lasting = fault == Fault.NAN_FROM_THEN_ON || fault == Fault.THROWS_FROM_THEN_ON;
        assertEquals(lasting ? List.of("faulty") : List.of(), quarantined);
    }

    @Test
    @DisplayName("a sampler that picks outside the vocabulary is taken out, and another of its algorithm takes over")
    void astraySampler() {
        List<Integer> expected = write(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies(), GenerationOptions.greedy(10));
        assertEquals(expected, write(ClassPathWorkbench.open(new AstraySampler(), WorkerPool.SERIAL).assemblies(), GenerationOptions.greedy(10)));
        assertEquals(List.of("astray"), quarantined);
        assertFalse(expected.isEmpty());
    }
}
