package org.llmsys.inference.insight;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/**
 * A small GPT-2 whose weights anybody can write down again: element i of the k-th weight is a sin(1.7 i² + 3 k + 0.9 i), a = 0.9 for matrices and 0.3
 * for vectors, plus 1 for the scale of a norm. The values that the tests expect of it are those of transformers and torch in double.
 */
final class SaliencyModel {

    static final int[] IDS = {3, 1, 4, 1, 5};

    private SaliencyModel() {
    }

    static TransformerModel sines() {
        ModelConfig config = new ModelConfig("gpt2", 11, 9, 8, 2, 2, 2, 12, 1e-5f, 10000, true, true, "pre-norm", "layernorm", "learned", "gelu-mlp",
                "gelu", 0);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> weight : ModelWeights.expectedShapes(config).entrySet()) {
            Tensor tensor = Tensor.zeros(DType.F32, weight.getValue());
            String name = weight.getKey();
            int k = tensors.size();
            double size = tensor.shape().rank() == 2 ? 0.9 : 0.3;
            double shift = name.contains("ln_") && name.endsWith("weight") ? 1 : 0;
            for (int i = 0; i < tensor.size(); i++) {
                tensor.floats()[i] = (float) (Math.sin(1.7 * i * i + 3 * k + 0.9 * i) * size + shift);
            }
            tensors.put(name, tensor);
        }
        return new TransformerModel(config, new ModelWeights(tensors));
    }
}
