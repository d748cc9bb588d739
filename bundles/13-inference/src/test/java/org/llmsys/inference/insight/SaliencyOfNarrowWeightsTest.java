package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.WeightArrangement;

/** Weights are constants on the way back, so those of a file's narrow type, in panels that only reading knows, serve as they are. */
class SaliencyOfNarrowWeightsTest {

    private static final int[] IDS = {2, 7, 7, 0, 12, 5, 2};
    private static final OptionalInt TARGET = OptionalInt.of(4);

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    @DisplayName("gradients through panels of a narrow type are those through plain F32 weights of the same, rounded numbers")
    void narrow(DType type) {
        ModelConfig config = new ModelConfig("llama", 13, 16, 32, 2, 4, 2, 64, 1e-5f, 10000, false, false, "pre-norm", "rmsnorm", "rope", "swiglu",
                "silu", 0);
        ModelWeights wide = strong(config);
        ModelWeights narrow = WeightArrangement.forReading(wide, config, type);
        assertTrue(narrow.all().values().stream().filter(weight -> weight.value().storage() instanceof WeightPanels).count() > 8, "nothing is in panels");
        Saliency.Scores seen = of(new TransformerModel(config, narrow));
        Saliency.Scores expected = of(new TransformerModel(config, widened(narrow)));
        double largest = Arrays.stream(expected.gradient()).max().orElseThrow();
        assertTrue(largest > 0.1, "gradients too small to tell anything: " + largest);
        assertEquals(expected.logit(), seen.logit(), 1e-4 * Math.max(1, Math.abs(expected.logit())));
        assertArrayEquals(expected.gradient(), seen.gradient(), 1e-4 * largest);
        assertArrayEquals(expected.timesInput(), seen.timesInput(), 1e-4 * largest * Math.sqrt(config.embeddingDim()));
        if (type.blocked()) {
            Saliency.Scores unrounded = of(new TransformerModel(config, wide));
            assertTrue(difference(unrounded.gradient(), seen.gradient()) > 1e-3 * largest, "as if the weights had never been rounded");
        }
    }

    private Saliency.Scores of(TransformerModel model) {
        return new Saliency(assemblies).of(model, IDS, TARGET, StepListener.NONE);
    }

    /** Of a size at which every part of the model shows. */
    private static ModelWeights strong(ModelConfig config) {
        ModelWeights weights = ModelWeights.initialize(config, 5);
        weights.all().values().stream().filter(weight -> weight.shape().rank() == 2).forEach(weight -> {
            float[] numbers = weight.value().floats();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] *= 8;
            }
        });
        return weights;
    }

    /** The same numbers, read one by one out of the panels. */
    private static ModelWeights widened(ModelWeights narrow) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        narrow.all().forEach((name, weight) -> {
            Tensor plain = Tensor.zeros(DType.F32, weight.shape());
            plain.copyFrom(weight.value());
            tensors.put(name, plain);
        });
        return new ModelWeights(tensors);
    }

    private static double difference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
