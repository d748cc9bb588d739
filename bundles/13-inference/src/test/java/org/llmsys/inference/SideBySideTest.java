package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.inference.internal.SideBySide;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** A comparison must tell equal implementations from unequal ones: each case has a known answer. */
class SideBySideTest {

    private static final int CONTEXT = 24;
    private static final int[] PROMPT = {3, 1, 4, 1, 5};

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL, new NegatedMatmul(), new LastSampler()).assemblies();
    private final LoadedModel model = TinyModels.characters(assemblies, CONTEXT);
    private final Comparison comparison = new SideBySide(assemblies);

    @Test
    @DisplayName("two kernels of one numerics class: no logit differs, no token differs, and both took time")
    void equalKernels() {
        Comparison.Result result = compare("matmul", "naive", "tiled");
        assertEquals(0, result.maxAbsDiff());
        assertEquals(0, result.meanAbsDiff());
        assertEquals(-1, result.firstDifferingToken());
        assertTrue(result.millisA() > 0 && result.millisB() > 0);
        assertEquals(10, result.steps());
    }

    @Test
    @DisplayName("a kernel with the wrong sign: logits differ, the mean lies below the largest, the tokens part, whichever side it is on")
    void unequalKernels() {
        Comparison.Result result = compare("matmul", "naive", "negated");
        assertTrue(result.maxAbsDiff() > 1e-3, result.toString());
        assertTrue(result.meanAbsDiff() > 0 && result.meanAbsDiff() < result.maxAbsDiff(), result.toString());
        assertTrue(result.firstDifferingToken() >= 0, result.toString());
        assertTrue(compare("matmul", "negated", "naive").maxAbsDiff() > 1e-3);
    }

    @Test
    @DisplayName("two samplers: the logits are the same numbers, the first token already differs")
    void samplers() {
        Comparison.Result result = compare("sampler", "greedy", "last");
        assertEquals(0, result.maxAbsDiff());
        assertEquals(0, result.firstDifferingToken());
    }

    @Test
    @DisplayName("it chooses nothing for others and leaves no memory behind")
    void leavesNothing() {
        String before = assemblies.current().serving("matmul", MatmulKernel.ALGORITHM).orElseThrow().name();
        long live = allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
        compare("matmul", "tiled", "naive");
        assertEquals(before, assemblies.current().serving("matmul", MatmulKernel.ALGORITHM).orElseThrow().name());
        assertEquals(live, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    @Test
    @DisplayName("the steps end with the context; a prompt beyond it, an unknown slot or name, and a slot without a part are refused")
    void edges() {
        int[] full = new int[CONTEXT];
        assertEquals(1, comparison.compare(model, full, 50, "matmul", "naive", "tiled", Job.silent("compare")).steps());
        assertThrows(Problem.class, () -> comparison.compare(model, new int[CONTEXT + 1], 1, "matmul", "naive", "tiled", Job.silent("compare")));
        assertTrue(assertThrows(Problem.class, () -> compare("matmull", "naive", "tiled")).fix().contains("matmul"));
        assertTrue(assertThrows(Problem.class, () -> compare("matmul", "naiv", "tiled")).fix().contains("naive"));
        assertTrue(assertThrows(Problem.class, () -> compare("loss", "cross-entropy", "mean-squared-error")).getMessage().contains("loss"));
    }

    private Comparison.Result compare(String slot, String a, String b) {
        return comparison.compare(model, PROMPT, 10, slot, a, b, Job.silent("compare"));
    }

    /** Every product with the wrong sign. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "negated")
    static final class NegatedMatmul implements MatmulKernel {

        private final MatmulKernel right = MatmulKernel.naive();

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            right.multiply(a, b, c, accumulate);
            for (int row = 0; row < c.rows(); row++) {
                for (int column = 0; column < c.columns(); column++) {
                    c.set(row, column, -c.get(row, column));
                }
            }
        }
    }

    /** The last id, or the one before when the last is the likeliest: never what greedy picks. */
    @Provider(slot = "sampler", algorithm = "last", name = "last")
    static final class LastSampler implements Sampler {

        @Override
        public int pick(float[] logits, DoubleSupplier draws) {
            int last = logits.length - 1;
            int best = 0;
            for (int id = 1; id <= last; id++) {
                best = logits[id] > logits[best] ? id : best;
            }
            return best == last ? last - 1 : last;
        }
    }
}
