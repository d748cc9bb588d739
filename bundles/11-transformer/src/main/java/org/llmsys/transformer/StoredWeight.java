package org.llmsys.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;

/**
 * A weight as a family's files keep it: under another name, the other way round, or in several parts.
 *
 * <pre>
 *   gpt2     a weight is itself
 *   llama    linear weights stand as (out, in);   c_attn = [q_proj | k_proj | v_proj]
 *   bert     linear weights stand as (out, in);   c_attn = [query | key | value];   files may put {@code bert.} before every name
 * </pre>
 *
 * @param name       what the layers ask for, for example {@code h.0.attn.c_attn.weight}
 * @param parts      what the file has, from left to right: a matrix (in, out) is put together along out, a vector along its only axis
 * @param transposed whether the parts stand as (out, in)
 * @param role       what the model does with it
 */
public record StoredWeight(String name, List<Part> parts, boolean transposed, Role role) {

    /** What a weight is there for. */
    public enum Role {
        /** A matrix (in, out) that rows are multiplied with. */
        LINEAR,
        /** A table (V, C) whose rows are multiplied with, the tied embedding among them. */
        OUTPUT,
        /** A table whose rows are only looked up. */
        LOOKUP,
        /** Biases and scales. */
        VECTOR
    }

    /**
     * One tensor of the file.
     *
     * @param name  in the file
     * @param shape in the file
     */
    public record Part(String name, Shape shape) {
    }

    /** What the layers' names are in Llama's files, where the weight stays whole. */
    private static final Map<String, String> LLAMA = Map.of("ln_1", "input_layernorm", "attn.c_proj", "self_attn.o_proj", "ln_2", "post_attention_layernorm",
            "mlp.gate_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.up_proj", "mlp.down_proj", "mlp.down_proj");
    private static final Map<String, String> LLAMA_ENDS = Map.of("wte.weight", "model.embed_tokens.weight", "ln_f.weight", "model.norm.weight",
            "lm_head.weight", "lm_head.weight");

    /** The same in BERT's files. */
    private static final Map<String, String> BERT = Map.of("attn.c_proj", "attention.output.dense", "ln_1", "attention.output.LayerNorm",
            "mlp.c_fc", "intermediate.dense", "mlp.c_proj", "output.dense", "ln_2", "output.LayerNorm");
    private static final Map<String, String> BERT_EMBEDDINGS = Map.of("wte", "word_embeddings", "wpe", "position_embeddings", "wtt", "token_type_embeddings",
            "ln_e", "LayerNorm");

    /**
     * Every weight of a configuration, in model order.
     *
     * @throws Problem for a family whose files are not known, or a part that the family has no name for
     */
    public static List<StoredWeight> of(ModelConfig config) {
        List<StoredWeight> all = new ArrayList<>();
        ModelWeights.expectedShapes(config).forEach((name, shape) -> all.add(switch (config.family()) {
            case "gpt2" -> new StoredWeight(name, List.of(new Part(name, shape)), false, role(name, shape, config));
            case "llama" -> llama(name, shape, config);
            case "bert" -> bert(name, shape, config);
            default -> throw Problem.failed("no weights are known for the family " + config.family(), "the families are gpt2, llama and bert",
                    "correct the family in the configuration");
        }));
        return all;
    }

    private static StoredWeight llama(String name, Shape shape, ModelConfig config) {
        if (LLAMA_ENDS.containsKey(name)) {
            return new StoredWeight(name, List.of(new Part(LLAMA_ENDS.get(name), shape)), false, role(name, shape, config));
        }
        return inBlock(name, shape, config, "model.layers.", LLAMA, List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                "its files hold RMSNorm, rotary positions and gated networks");
    }

    private static StoredWeight bert(String name, Shape shape, ModelConfig config) {
        int end = name.lastIndexOf('.');
        String theirs = BERT_EMBEDDINGS.get(name.substring(0, end));
        if (theirs != null) {
            return new StoredWeight(name, List.of(new Part("embeddings." + theirs + name.substring(end), shape)), false, role(name, shape, config));
        }
        return inBlock(name, shape, config, "encoder.layer.", BERT, List.of("attention.self.query", "attention.self.key", "attention.self.value"),
                "its files hold post-norm blocks, learned positions and token types");
    }

    /** A weight of block i, in a family whose linear weights stand as (out, in) and whose queries, keys and values stand apart. */
    private static StoredWeight inBlock(String name, Shape shape, ModelConfig config, String prefix, Map<String, String> names, List<String> projections,
            String why) {
        int dot = name.indexOf('.', 2);
        String sublayer = name.substring(dot + 1, name.lastIndexOf('.'));
        String kind = name.substring(name.lastIndexOf('.'));
        String block = prefix + name.substring(2, Math.max(2, dot)) + ".";
        boolean matrix = shape.rank() == 2;
        if (sublayer.equals("attn.c_attn")) {
            List<Part> parts = new ArrayList<>();
            for (String projection : projections) {
                long out = (long) (projection.equals(projections.getFirst()) ? config.numHeads() : config.numKvHeads()) * config.headDim();
                parts.add(new Part(block + projection + kind, matrix ? Shape.of(out, shape.extent(0)) : Shape.of(out)));
            }
            return new StoredWeight(name, parts, matrix, role(name, shape, config));
        }
        String theirs = names.get(sublayer);
        if (theirs == null || !name.startsWith("h.")) {
            throw Problem.failed("the family " + config.family() + " has no name for the weight " + name, why, "choose the family gpt2 for such a model");
        }
        return new StoredWeight(name, List.of(new Part(block + theirs + kind, matrix ? Shape.of(shape.extent(1), shape.extent(0)) : shape)), matrix,
                role(name, shape, config));
    }

    /**
     * A tensor's name as {@link Part}s have it: without what some files put before every name.
     *
     * @param name in the file
     */
    public static String plainName(String name, ModelConfig config) {
        String prefix = switch (config.family()) {
            case "gpt2" -> "transformer.";
            case "bert" -> "bert.";
            default -> "";
        };
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    /**
     * Whether files of this family hold such a tensor beside the weights that are computed with: BERT's pooler and heads, and the numbers of its
     * positions.
     *
     * @param plainName of the tensor
     */
    public static boolean knownUnused(String plainName, ModelConfig config) {
        return config.family().equals("bert") && (plainName.startsWith("pooler.") || plainName.startsWith("cls.") || plainName.startsWith("classifier.")
                || plainName.startsWith("qa_outputs.") || plainName.equals("embeddings.position_ids"));
    }

    private static Role role(String name, Shape shape, ModelConfig config) {
        return switch (name) {
            case "wpe.weight", "wtt.weight" -> Role.LOOKUP;
            case "wte.weight" -> config.causal() && config.tiedOutput() ? Role.OUTPUT : Role.LOOKUP;
            case "lm_head.weight" -> Role.OUTPUT;
            default -> shape.rank() == 2 ? Role.LINEAR : Role.VECTOR;
        };
    }
}
