package org.llmsys.files;

import java.util.LinkedHashMap;
import java.util.Map;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.internal.ConfigText;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/**
 * A model's weights in another element type: quantizing, halving, widening.
 *
 * <pre>
 *   matrices and tables    the type asked for, each number rounded once; in Q4_0 the output's table becomes Q8_0, because every logit
 *                          comes out of it; rows that are not whole blocks of 32 become F16
 *   added positions, norms, biases      as they are, F32 when F32 is asked for: they are small, and everything passes through them
 *   whole numbers          as they are
 * </pre>
 *
 * <p>The rules are those of llama.cpp's {@code llama-quantize}. Blocks lie along the inputs, so a matrix that GPT-2's files keep as (in, out)
 * stands as (out, in) while it is quantized, and turns back when it is widened. Tensors that change are copied to the heap.
 *
 * <p>Errors: a {@link Problem} with every tensor whose numbers the type cannot hold.
 *
 * <pre>{@code
 * ModelFile small = WeightTypes.converted(model, DType.Q8_0, Job.silent("quantize"));
 * }</pre>
 *
 * @see <a href="https://github.com/ggml-org/llama.cpp/tree/master/tools/quantize">llama-quantize</a>
 */
public final class WeightTypes {

    private static final Map<DType, String> TORCH = Map.of(DType.F32, "float32", DType.F16, "float16", DType.BF16, "bfloat16");

    private final DType type;
    private final boolean gpt2;
    private final boolean tied;

    private WeightTypes(DType type, ConfigText config) {
        this.type = type;
        this.gpt2 = config.text("model_type", "gpt2").equals("gpt2");
        this.tied = config.flag("tie_word_embeddings", gpt2);
    }

    /**
     * @param type F32, F16, BF16, Q8_0 or Q4_0
     * @param job  told of the bytes that were gone through
     */
    public static ModelFile converted(ModelFile model, DType type, Job job) {
        if (!type.floating() || type == DType.F64) {
            throw Problem.misused("weights are not converted to " + type, "the types are F32, F16, BF16, Q8_0 and Q4_0", "choose one of these");
        }
        ConfigText config = ConfigText.of(model.config());
        WeightTypes types = new WeightTypes(type, config);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Findings findings = new Findings();
        model.tensors().forEach((name, tensor) -> {
            Tensor typed = types.converted(name, tensor);
            if (typed != tensor && !FiniteScan.allFinite(typed)) {
                findings.add("%s holds numbers too large for %s, or NaN", Findings.quote(name), typed.dtype());
            }
            tensors.put(name, typed);
            job.advance(job.progress().done() + bytes(tensor));
        });
        if (!findings.none()) {
            throw Problem.failed("cannot convert the model to " + type, findings.text(), "choose F32 or BF16, which reach as far as F32");
        }
        return new ModelFile(types.named(config.json()), model.tokenizer(), tensors, model.metadata(), model.tokenizerFile(), model.tokenizerForms());
    }

    /** What a model's tensors take. */
    public static long bytes(ModelFile model) {
        return model.tensors().values().stream().mapToLong(WeightTypes::bytes).sum();
    }

    private static long bytes(Tensor tensor) {
        return tensor.dtype().bytes(tensor.size());
    }

    private Tensor converted(String name, Tensor tensor) {
        boolean matrix = tensor.shape().rank() == 2 && !addedPositions(name);
        if (!tensor.dtype().floating() || !matrix && type != DType.F32) {
            return tensor;
        }
        boolean turned = gpt2 && inBlock(name) && matrix;
        Tensor rows = turned && !tensor.dtype().blocked() ? tensor.transpose(0, 1) : tensor;                 // (out, in)
        DType target = target(name, rows);
        if (tensor.dtype() == target) {
            return tensor;
        }
        if (!turned) {
            return tensor.to(target);
        }
        return target.blocked() ? rows.contiguous().to(target) : rows.to(target).transpose(0, 1);
    }

    private DType target(String name, Tensor rows) {
        if (!type.blocked()) {
            return type;
        }
        if (rows.shape().extent(1) % type.blockSize() != 0) {
            return DType.F16;
        }
        return type == DType.Q4_0 && output(name) ? DType.Q8_0 : type;
    }

    private boolean output(String name) {
        return name.equals("lm_head.weight") || tied && (name.endsWith("embed_tokens.weight") || gpt2 && name.endsWith("wte.weight"));
    }

    private static boolean addedPositions(String name) {
        return name.endsWith("wpe.weight") || name.endsWith("position_embeddings.weight") || name.endsWith("token_type_embeddings.weight");
    }

    private static boolean inBlock(String name) {
        return name.startsWith("h.") || name.startsWith("transformer.h.");
    }

    /** Other programs make their tensors of the type that config.json names. */
    private String named(JsonObject config) {
        String torch = TORCH.get(type);
        if (torch != null) {
            config.addProperty(config.has("dtype") ? "dtype" : "torch_dtype", torch);
        }
        Gson gson = new GsonBuilder().setPrettyPrinting().serializeNulls().create();
        return gson.toJson(config) + "\n";
    }
}
