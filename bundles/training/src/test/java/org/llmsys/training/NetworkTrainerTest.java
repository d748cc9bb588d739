package org.llmsys.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.autograd.MatrixProduct;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

class NetworkTrainerTest {

    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private final Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2), 1, 2));
    private final Variable a = Variable.parameter("a", Tensor.of(Shape.of(2, 1), 3, -1));
    private final Variable b = Variable.parameter("b", Tensor.of(Shape.of(1, 1), 2));

    /** loss = x·a·b = (1·3 - 2)·2 = 2; dLoss/da = (2, 4), dLoss/db = 1. */
    private static BiFunction<MatrixProduct, Pass, Variable> loss(Variable x, NamedWeights weights) {
        return (product, pass) -> product.forward(product.forward(x, weights.all().get("a"), false, pass), weights.all().get("b"), false, pass);
    }

    private NetworkTrainer<MatrixProduct> trainer(NamedWeights weights, LearningRule rule) {
        return new NetworkTrainer<>(workbench.assemblies(), "test", weights.all().values(), MatrixProduct::new, rule, 1, StepListener.NONE);
    }

    @Test
    @DisplayName("one step by hand: the loss before, each weight less rate times its gradient; infer sees the weights after")
    void oneStep() {
        NamedWeights weights = NamedWeights.of(a, b);
        try (NetworkTrainer<MatrixProduct> trainer = trainer(weights, LearningRule.of("sgd"))) {
            assertEquals(2, trainer.step(0.5, loss(x, weights)));
            assertArrayEquals(new float[] {2, -3}, a.value().floats());
            assertEquals(1.5f, b.value().get(0, 0));
            float after = trainer.infer((product, pass) -> loss(x, weights).apply(product, pass).value().get(0, 0));
            assertEquals(-6, after);
            assertEquals(1, trainer.steps());
        }
    }

    @Test
    @DisplayName("frozen weights never move, the others move as before; with all frozen there is nothing to learn")
    void frozen() {
        NamedWeights weights = NamedWeights.of(a, b).frozen("a"::equals);
        try (NetworkTrainer<MatrixProduct> trainer = trainer(weights, LearningRule.of("adamw").withWeightDecay(0.5))) {
            trainer.step(0.1, loss(x, weights));
            assertArrayEquals(new float[] {3, -1}, a.value().floats());
            assertEquals(2 * 0.95 - 0.1, b.value().get(0, 0), 1e-6);
        }
        assertTrue(assertThrows(Problem.class, () -> trainer(weights.frozen("b"::equals), LearningRule.of("sgd"))).getMessage().contains("nothing to learn"));
    }

    @Test
    @DisplayName("a gradient (2, 4, 1) of length sqrt(21), clipped to 1, moves the weights by 1 in all")
    void clipped() {
        NamedWeights weights = NamedWeights.of(a, b);
        try (NetworkTrainer<MatrixProduct> trainer = trainer(weights, LearningRule.of("sgd").withGradientClip(1))) {
            trainer.step(1, loss(x, weights));
            assertEquals(3 - 2 / Math.sqrt(21), a.value().get(0, 0), 1e-6);
            assertEquals(-1 - 4 / Math.sqrt(21), a.value().get(1, 0), 1e-6);
            assertEquals(2 - 1 / Math.sqrt(21), b.value().get(0, 0), 1e-6);
        }
    }

    @Test
    @DisplayName("what the optimizer remembers lasts from step to step: momentum 0.9 moves 1, then 1.9 times the gradient")
    void remembers() {
        Variable w = Variable.parameter("w", Tensor.of(Shape.of(1, 1), 10));
        try (NetworkTrainer<MatrixProduct> trainer = trainer(NamedWeights.of(w), LearningRule.of("momentum"))) {
            Variable one = Variable.constant("one", Tensor.of(Shape.of(1, 1), 1));
            trainer.step(1, (product, pass) -> product.forward(one, w, false, pass));
            assertEquals(9, w.value().get(0, 0), 1e-6);
            trainer.step(1, (product, pass) -> product.forward(one, w, false, pass));
            assertEquals(7.1, w.value().get(0, 0), 1e-6);
        }
    }

    @Test
    @DisplayName("a loss that is NaN is one clear error and no weight moves; so are an unknown optimizer and two weights of one name")
    void errors() {
        NamedWeights weights = NamedWeights.of(a, b);
        Variable nan = Variable.constant("x", Tensor.of(Shape.of(1, 2), Float.NaN, 0));
        try (NetworkTrainer<MatrixProduct> trainer = trainer(weights, LearningRule.of("sgd"))) {
            Problem problem = assertThrows(Problem.class, () -> trainer.step(1, loss(nan, weights)));
            assertTrue(problem.text().contains("NaN"), problem.text());
            assertArrayEquals(new float[] {3, -1}, a.value().floats());
            assertEquals(0, trainer.steps());
            assertEquals(2, trainer.step(0, loss(x, weights)), "it goes on after an error");
            assertThrows(Problem.class, () -> trainer.step(Double.NaN, loss(x, weights)));
        }
        assertTrue(assertThrows(Problem.class, () -> trainer(weights, LearningRule.of("adamv"))).text().contains("adamw"));
        assertThrows(Problem.class, () -> new NetworkTrainer<>(workbench.assemblies(), "test", List.of(a, a), MatrixProduct::new,
                LearningRule.of("sgd"), 1, StepListener.NONE));
        assertTrue(assertThrows(Problem.class, () -> OptimizerSettings.DEFAULT.withBetas(1, -1)).why().contains("beta2"));
    }

    @Test
    @DisplayName("a kernel that fails in the middle of a step is replaced and the step repeated: the same losses and weights, bit for bit")
    void faultyKernel() {
        List<Double> expected = losses(new NaiveMatmul());
        float[] weights = a.value().copy().floats();
        a.value().copyFrom(Tensor.of(Shape.of(2, 1), 3, -1));
        b.value().copyFrom(Tensor.of(Shape.of(1, 1), 2));
        assertEquals(expected, losses(new FailsAtCall7()));
        assertArrayEquals(weights, a.value().floats());
    }

    private List<Double> losses(MatmulKernel first) {
        NamedWeights weights = NamedWeights.of(a, b);
        TensorAllocator allocator = TensorAllocator.heap();
        ClassPathWorkbench other = ClassPathWorkbench.open(WorkerPool.SERIAL, first, allocator);
        List<Double> losses = new ArrayList<>();
        try (NetworkTrainer<MatrixProduct> trainer = new NetworkTrainer<>(other.assemblies(), "test", weights.all().values(), MatrixProduct::new,
                LearningRule.of("momentum"), 1, StepListener.NONE)) {
            for (int i = 0; i < 5; i++) {
                losses.add(trainer.step(0.01, loss(x, weights)));
            }
            long live = live(allocator);
            assertTrue(live > 0, "what a step used is kept for the next");
            trainer.step(0, loss(x, weights));
            assertEquals(live, live(allocator), "a step after the first takes no more memory");
        }
        assertEquals(0, live(allocator), "all memory is given back");
        return losses;
    }

    private static long live(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    /** In the way back of step 2. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "fails", numerics = MatmulKernel.FMA_K_ASCENDING)
    public static final class FailsAtCall7 implements MatmulKernel {

        private final MatmulKernel good = new NaiveMatmul();
        private int calls;

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            good.multiply(a, b, c, accumulate);
            if (++calls >= 7) {
                throw new IllegalStateException("out of order");
            }
        }
    }

    @Test
    @DisplayName("saved weights come back by name, all or some; one error lists all that does not fit, and nothing has changed")
    void files(@TempDir Path folder) {
        Path file = folder.resolve("weights.safetensors");
        WeightsFile.save(file, Map.of("a", a, "b", b));
        Variable other = Variable.parameter("a", Tensor.zeros(2, 1));
        Variable scalar = Variable.parameter("b", Tensor.zeros(1, 1));
        WeightsFile.load(file, Map.of("a", other, "b", scalar), "a"::equals);
        assertArrayEquals(new float[] {3, -1}, other.value().floats());
        assertEquals(0, scalar.value().get(0, 0));
        WeightsFile.load(file, Map.of("a", other, "b", scalar));
        assertEquals(2, scalar.value().get(0, 0));

        Variable flat = Variable.parameter("a", Tensor.zeros(2));
        Problem problem = assertThrows(Problem.class, () -> WeightsFile.load(file, Map.of("a", flat, "c", scalar)));
        assertTrue(problem.why().contains("a is F32(2, 1) in the file, F32(2) in the network"), problem.why());
        assertTrue(problem.why().contains("c is not in the file") && problem.why().contains("b is not in the network"), problem.why());
        assertEquals(0, flat.value().get(0));
        assertThrows(Problem.class, () -> WeightsFile.load(file, Map.of("a", other), "z"::equals));
    }
}
