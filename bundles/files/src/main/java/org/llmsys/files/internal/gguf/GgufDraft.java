package org.llmsys.files.internal.gguf;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.Findings;
import org.llmsys.files.FiniteScan;
import org.llmsys.files.GgufReader;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.files.ModelFile;
import org.llmsys.files.internal.ConfigText;
import org.llmsys.files.internal.RotaryRows;
import org.llmsys.files.internal.gguf.GgufArchitecture.Pairing;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * A model on its way into a GGUF file: names, order of rows and types as llama.cpp wants them.
 *
 * <pre>
 *   names     the inverse of reading                  q, k      rows in the architecture's order of rotary positions
 *   (in,out)  of GPT-2 turned to (out,in)             vectors   and positions: F32, whatever the matrices are
 *   blocks    Q8_0 and Q4_0 as they are               F64       refused
 * </pre>
 */
final class GgufDraft {

    private static final String TOKENIZER_FORM = "tokenizer.gguf";
    private static final List<String> NO_WEIGHTS = List.of(".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq");
    private static final String GPT2_PREFIX = "transformer.";
    private static final List<String> NOTES = List.of("general.name", "general.author", "general.description", "general.license", "general.url");
    private static final Map<DType, Long> FILE_TYPES = Map.of(DType.F32, 0L, DType.F16, 1L, DType.Q4_0, 2L, DType.Q8_0, 7L, DType.BF16, 32L);

    private final ModelFile model;
    private final ConfigText config;
    private final GgufArchitecture architecture;
    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final List<GgufWriter.Content> tensors = new ArrayList<>();

    private GgufDraft(ModelFile model) {
        this.model = model;
        this.config = ConfigText.of(model.config());
        this.architecture = GgufArchitecture.ofModelType(config.text("model_type", "gpt2"));
    }

    /** @throws Problem when the model is of a kind that GGUF has no words for, or lacks weights */
    static GgufDraft of(ModelFile model) {
        GgufDraft draft = new GgufDraft(model);
        GgufKeys keys = new GgufKeys(draft.config, draft.architecture);
        draft.addTensors(keys.tied());
        draft.requireComplete(keys);
        keys.divisors().ifPresent(divisors -> draft.tensors.add(new GgufWriter.Content("rope_freqs.weight", Shape.of(divisors.length),
                Tensor.of(Shape.of(divisors.length), divisors))));
        draft.addMetadata(keys);
        return draft;
    }

    AtomicFiles.FileContent content() {
        return GgufWriter.content(metadata, tensors);
    }

    private void addMetadata(GgufKeys keys) {
        metadata.put("general.architecture", GgufValue.of(architecture.key()));
        metadata.put("general.name", GgufValue.of(architecture.key()));
        for (String note : NOTES) {
            if (model.metadata().containsKey(note)) {
                metadata.put(note, GgufValue.of(model.metadata().get(note)));
            }
        }
        DType most = mostCommonType();
        metadata.put("general.file_type", GgufValue.of(FILE_TYPES.get(most)));
        if (most.blocked()) {
            metadata.put("general.quantization_version", GgufValue.of(2L));
        }
        metadata.putAll(keys.all());
        byte[] tokenizer = model.tokenizerForms().get(TOKENIZER_FORM);
        if (tokenizer != null) {
            GgufReader.parse(TOKENIZER_FORM, tokenizer).metadata().forEach((key, value) -> {
                if (key.startsWith("tokenizer.")) {
                    metadata.put(key, value);
                }
            });
        }
    }

    /** Of most elements in matrices. */
    private DType mostCommonType() {
        Map<DType, Long> sizes = new EnumMap<>(DType.class);
        tensors.stream().filter(tensor -> tensor.shape().rank() > 1).forEach(tensor -> sizes.merge(tensor.data().dtype(), tensor.data().size(),
                Long::sum));
        return sizes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(DType.F32);
    }

    private void addTensors(boolean tied) {
        Findings findings = new Findings();
        model.tensors().forEach((fullName, tensor) -> {
            boolean prefixed = architecture == GgufArchitecture.GPT2 && fullName.startsWith(GPT2_PREFIX);
            String name = prefixed ? fullName.substring(GPT2_PREFIX.length()) : fullName;
            String theirs = architecture.toGguf(name).orElse(null);
            if (NO_WEIGHTS.stream().anyMatch(name::endsWith) || tied && name.equals("lm_head.weight")) {
                return;
            }
            if (theirs == null) {
                findings.add("%s has no name in a GGUF file of the architecture %s", Findings.quote(fullName), architecture.key());
            } else if (!FILE_TYPES.containsKey(tensor.dtype())) {
                findings.add("%s is of the type %s; convert it with to(DType.F32)", Findings.quote(fullName), tensor.dtype());
            } else if (!FiniteScan.allFinite(tensor)) {
                findings.add("%s holds NaN or an infinity", Findings.quote(fullName));
            } else {
                tensors.add(arranged(theirs, name, tensor));
            }
        });
        refuse(findings);
    }

    private GgufWriter.Content arranged(String theirs, String name, Tensor tensor) {
        if (architecture.turns(name) && !tensor.dtype().blocked()) {
            Tensor turned = tensor.transpose(0, 1);
            return new GgufWriter.Content(theirs, turned.shape(), turned);
        }
        boolean wide = tensor.shape().rank() == 1 || name.equals("wpe.weight");
        Tensor data = wide ? tensor.to(DType.F32) : tensor;
        if (architecture.pairing() != null && (name.contains(".q_proj.") || name.contains(".k_proj."))) {
            data = paired(data, name.contains(".q_proj."));
        }
        return new GgufWriter.Content(theirs, tensor.shape(), data);
    }

    private Tensor paired(Tensor rows, boolean queries) {
        String pairing = config.object("llmsys").text("rope_pairing", Pairing.HALF_SPLIT.text);
        if (pairing.equals(architecture.pairing().text)) {
            return rows;
        }
        int heads = config.size("num_attention_heads");
        int count = queries ? heads : config.size("num_key_value_heads", heads);
        if (rows.shape().extent(0) % (2L * count) != 0) {
            throw Problem.failed("cannot write the model as GGUF", count + " heads cannot share " + rows.shape().extent(0)
                    + " rows of q or k in pairs", "give the config.json and the weights of one model");
        }
        return architecture.pairing() == Pairing.INTERLEAVED ? RotaryRows.interleaved(rows, count) : RotaryRows.halfSplit(rows, count);
    }

    private void requireComplete(GgufKeys keys) {
        Set<String> names = new HashSet<>();
        Findings findings = new Findings();
        for (GgufWriter.Content tensor : tensors) {
            if (!names.add(tensor.name())) {
                findings.add("%s is there twice", Findings.quote(tensor.name()));
            }
        }
        for (String name : architecture.required(keys.layers(), keys.tied())) {
            if (!names.contains(name)) {
                findings.add("%s is missing", Findings.quote(architecture.toHuggingFace(name)));
            }
        }
        refuse(findings);
    }

    private static void refuse(Findings findings) {
        if (!findings.none()) {
            throw Problem.failed("cannot write the model as GGUF", findings.text(),
                    "write it as safetensors, or give a whole model of finite numbers");
        }
    }
}
