package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Trainer;

/** An engine that is one whole, and a family of kernels, take turns with the workbench's own; neither is timed on trust. */
class WholeEngineTest {

    /** The workbench's engine under another name; it may tell logits that are not its own. */
    @Provider(slot = "engine", algorithm = "autoregressive", name = "native", summary = "a twin for tests")
    static final class Twin implements InferenceEngine {

        private final InferenceEngine one;
        private final float factor;

        Twin(InferenceEngine one, float factor) {
            this.one = one;
            this.factor = factor;
        }

        @Override
        public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
            GenerationSession session = one.open(model, promptIds, options, listener);
            return (GenerationSession) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {GenerationSession.class},
                    (proxy, method, arguments) -> {
                        try {
                            Object result = method.invoke(session, arguments);
                            return method.getName().equals("logits") ? scaled((float[]) result) : result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private float[] scaled(float[] logits) {
            for (int i = 0; i < logits.length; i++) {
                logits[i] *= factor;
            }
            return logits;
        }

        @Override
        public PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
            return one.prefix(model, ids, reach, listener);
        }

        @Override
        public SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
            return one.memoryOf(model, promptLength, options);
        }

        @Override
        public InferenceEngine within(EngineLimits limits) {
            return new Twin(one.within(limits), factor);
        }
    }

    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "native", summary = "counts, for tests")
    static final class Counting implements MatmulKernel {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            calls.incrementAndGet();
            MatmulKernel.naive().multiply(a, b, c, accumulate);
        }
    }

    private static ModelTrials trials(Assemblies assemblies) {
        return new ModelTrials(assemblies, WorkerPool.SERIAL, StepListener.NONE, List.of("f32"), Optional.empty());
    }

    private static List<Contestant> contestants(float factor) {
        ClassPathWorkbench rooms = ClassPathWorkbench.open(WorkerPool.SERIAL);
        InferenceEngine one = rooms.get(InferenceEngine.class);
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL, one, new Twin(one, factor)).assemblies();
        return new PrefillBenchmark(trials(assemblies)).trials(List.of(new int[] {5, 13})).getFirst().contestants().get();
    }

    @Test
    @DisplayName("the native engine has a row of its own, after the other; with other logits it is not measured")
    void engine() {
        List<Contestant> both = contestants(1);
        assertEquals(List.of("f32-native", "f32"), both.stream().map(Contestant::name).toList());
        both.forEach(contestant -> {
            assertTrue(contestant.seconds(1, Clock.WALL) > 0);
            contestant.close();
        });
        assertTrue(assertThrows(Problem.class, () -> contestants(1.01f)).getMessage().contains("native"));
    }

    @Test
    @DisplayName("a family serves its own turn of a training step and no other")
    void family() {
        Counting counting = new Counting();
        ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL, MatmulKernel.naive(), counting);
        List<Contestant> both = new TrainBenchmark(workbench.assemblies(), workbench.get(Trainer.class), StepListener.NONE)
                .trials(List.of(new int[] {1, 4})).getFirst().contestants().get();
        assertEquals(List.of("native", "char-small"), both.stream().map(Contestant::name).toList());
        both.get(1).seconds(1, Clock.WALL);
        assertEquals(0, counting.calls.get());
        both.get(0).seconds(1, Clock.WALL);
        assertTrue(counting.calls.get() > 0);
        both.forEach(Contestant::close);
    }
}
