package org.llmsys.files.internal.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.llmsys.assembly.Problem;
import org.llmsys.files.Findings;

/**
 * A kind of model that GGUF files name in {@code general.architecture}, and what its tensors are called there and by Hugging Face.
 *
 * <pre>
 *   blk.3.attn_q.weight   llama, qwen2: model.layers.3.self_attn.q_proj.weight
 *   blk.3.attn_qkv.bias   gpt2:         h.3.attn.c_attn.bias
 * </pre>
 *
 * <p>Mistral's files call themselves llama. The rows of q and k of an architecture llama stand in the order in which rotary positions turn
 * neighbours (interleaved); Hugging Face's stand in halves, and so do those of qwen2.
 */
enum GgufArchitecture {

    LLAMA(Set.of("llama", "mistral"), Pairing.INTERLEAVED, Names.LLAMA_TOP, "model.layers.", Names.LLAMA_BLOCK),
    QWEN2(Set.of("qwen2"), Pairing.HALF_SPLIT, Names.LLAMA_TOP, "model.layers.", Names.LLAMA_BLOCK),
    GPT2(Set.of("gpt2"), null, Names.GPT2_TOP, "h.", Names.GPT2_BLOCK);

    /** How rotary positions pair the features of a head: neighbours, or feature i with feature i + half. */
    enum Pairing {
        INTERLEAVED("interleaved"), HALF_SPLIT("half-split");

        final String text;

        Pairing(String text) {
            this.text = text;
        }
    }

    private static final String BLOCK = "blk.";

    private final Set<String> modelTypes;
    private final Pairing pairing;
    private final Map<String, String> top;
    private final String blocks;
    private final Map<String, String> block;

    GgufArchitecture(Set<String> modelTypes, Pairing pairing, Map<String, String> top, String blocks, Map<String, String> block) {
        this.modelTypes = modelTypes;
        this.pairing = pairing;
        this.top = top;
        this.blocks = blocks;
        this.block = block;
    }

    /** The architecture of this name in a GGUF file. @throws Problem for one that is not read here, by its name */
    static GgufArchitecture named(String name) {
        return Arrays.stream(values()).filter(a -> a.key().equals(name)).findFirst().orElseThrow(() -> Problem.failed(
                "cannot read a GGUF model of the architecture " + Findings.quote(name), "the architectures known here are " + keys(),
                "use a model of one of them"));
    }

    /** The architecture that a {@code model_type} of config.json is written as. */
    static GgufArchitecture ofModelType(String type) {
        return Arrays.stream(values()).filter(a -> a.modelTypes.contains(type)).findFirst().orElseThrow(() -> Problem.failed(
                "cannot write a model of type " + type + " as GGUF", "the architectures known here are " + keys(), "write it as safetensors"));
    }

    private static List<String> keys() {
        return Arrays.stream(values()).map(GgufArchitecture::key).toList();
    }

    /** Its name in files, which opens its keys as well: {@code llama.block_count}. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The order of features in its files; null when it has no rotary positions. */
    Pairing pairing() {
        return pairing;
    }

    /** The Hugging Face name of a tensor, or its own name when it is none of the architecture's. */
    String toHuggingFace(String name) {
        return translate(name, BLOCK, blocks, top, block).orElse(name);
    }

    /** The name in a GGUF file, if a tensor of this Hugging Face name has one. */
    Optional<String> toGguf(String name) {
        return translate(name, blocks, BLOCK, turned(top), turned(block));
    }

    /** Whether a Hugging Face name is that of a matrix that GGUF has as (out, in) and Hugging Face as (in, out): GPT-2's linear layers. */
    boolean turns(String huggingFaceName) {
        return this == GPT2 && huggingFaceName.startsWith(blocks) && huggingFaceName.endsWith(".weight") && !huggingFaceName.contains(".ln_");
    }

    /** The weights without which a model of so many layers is none, by their GGUF names. */
    List<String> required(int layers, boolean tied) {
        List<String> names = new ArrayList<>(top.keySet().stream().filter(name -> !(tied && name.equals("output"))).sorted().toList());
        for (int i = 0; i < layers; i++) {
            String prefix = BLOCK + i + ".";
            block.keySet().stream().sorted().forEach(name -> names.add(prefix + name));
        }
        return names.stream().map(name -> name + ".weight").toList();
    }

    private static Optional<String> translate(String name, String from, String to, Map<String, String> top, Map<String, String> block) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String kind = name.substring(dot);
        if (!kind.equals(".weight") && !kind.equals(".bias")) {
            return Optional.empty();
        }
        String layer = name.substring(0, dot);
        if (top.containsKey(layer)) {
            return Optional.of(top.get(layer) + kind);
        }
        int after = layer.indexOf('.', from.length());
        if (!layer.startsWith(from) || after < 0 || !number(layer.substring(from.length(), after))) {
            return Optional.empty();
        }
        return Optional.ofNullable(block.get(layer.substring(after + 1))).map(theirs -> to + layer.substring(from.length(), after) + "." + theirs
                + kind);
    }

    private static boolean number(String text) {
        return !text.isEmpty() && text.length() < 6 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Map<String, String> turned(Map<String, String> names) {
        return names.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, (a, b) -> a, HashMap::new));
    }

    /** From GGUF to Hugging Face: an enum's constants cannot refer to its own static fields. */
    private static final class Names {

        static final Map<String, String> LLAMA_TOP = Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");
        static final Map<String, String> LLAMA_BLOCK = Map.of("attn_norm", "input_layernorm", "attn_q", "self_attn.q_proj", "attn_k",
                "self_attn.k_proj",
                "attn_v", "self_attn.v_proj", "attn_output", "self_attn.o_proj", "ffn_norm", "post_attention_layernorm", "ffn_gate", "mlp.gate_proj",
                "ffn_up", "mlp.up_proj", "ffn_down", "mlp.down_proj");
        static final Map<String, String> GPT2_TOP = Map.of("token_embd", "wte", "position_embd", "wpe", "output_norm", "ln_f", "output", "lm_head");
        static final Map<String, String> GPT2_BLOCK = Map.of("attn_norm", "ln_1", "attn_qkv", "attn.c_attn", "attn_output", "attn.c_proj",
                "ffn_norm", "ln_2", "ffn_up", "mlp.c_fc", "ffn_down", "mlp.c_proj");
    }
}
