package org.llmsys.files.internal.llama2c;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.AtomicFiles.Sink;
import org.llmsys.files.Findings;
import org.llmsys.files.FiniteScan;
import org.llmsys.files.ModelFile;
import org.llmsys.files.TensorBytes;
import org.llmsys.files.internal.ConfigText;
import org.llmsys.files.internal.RotaryRows;
import org.llmsys.files.internal.llama2c.Llama2cLayout.Part;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/** A Llama model on its way into a llama2.c file of version 0: everything in F32, q and k in interleaved order. */
final class Llama2cDraft {

    private final Llama2cHeader header;
    private final Llama2cLayout layout;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private Llama2cDraft(Llama2cHeader header, Llama2cLayout layout) {
        this.header = header;
        this.layout = layout;
    }

    /** @throws Problem when the model is none that the form can say, or lacks weights */
    static Llama2cDraft of(ModelFile model) {
        ConfigText config = ConfigText.of(model.config());
        requireLlama2(config);
        int heads = config.size("num_attention_heads");
        Llama2cHeader header = new Llama2cHeader(0, config.size("hidden_size"), config.size("intermediate_size"), config.size("num_hidden_layers"),
                heads,
                config.size("num_key_value_heads", heads), config.size("vocab_size"), config.size("max_position_embeddings"),
                config.flag("tie_word_embeddings", false), 1);
        Findings findings = new Findings();
        header.check(findings);
        refuse(findings);
        Llama2cDraft draft = new Llama2cDraft(header, Llama2cLayout.of(header, findings));
        refuse(findings);
        boolean halves = !config.object("llmsys").text("rope_pairing", "half-split").equals("interleaved");
        for (Part part : draft.layout.parts()) {
            Tensor tensor = model.tensors().get(part.name());
            if (tensor == null || !tensor.shape().equals(part.shape())) {
                findings.add("%s is %s where the configuration asks for %s", Findings.quote(part.name()), tensor == null ? "missing"
                        : tensor.shape(), part.shape());
            } else if (!FiniteScan.allFinite(tensor)) {
                findings.add("%s holds NaN or an infinity", Findings.quote(part.name()));
            } else {
                draft.tensors.put(part.name(), halves ? interleaved(part.name(), tensor, header) : tensor);
            }
        }
        for (String name : model.tensors().keySet()) {
            boolean tiedOutput = header.sharedOutput() && name.equals("lm_head.weight");
            if (!tiedOutput && !name.endsWith(".rotary_emb.inv_freq") && draft.layout.parts().stream().noneMatch(part -> part.name().equals(name))) {
                findings.add("%s has no place in the file", Findings.quote(name));
            }
        }
        refuse(findings);
        return draft;
    }

    private static Tensor interleaved(String name, Tensor tensor, Llama2cHeader header) {
        return name.contains(".q_proj.") ? RotaryRows.interleaved(tensor, header.numHeads())
                : name.contains(".k_proj.") ? RotaryRows.interleaved(tensor, header.numKvHeads()) : tensor;
    }

    private static void requireLlama2(ConfigText config) {
        String type = config.text("model_type", "gpt2");
        require(type.equals("llama") || type.equals("mistral"), "a model of type " + type);
        String activation = config.text("hidden_act", "silu");
        require(activation.equals("silu") || activation.equals("swish"), "the activation " + activation);
        ConfigText both = config.object("rope_parameters");
        ConfigText rotary = config.has("rope_parameters") ? both : config;
        ConfigText scaling = config.has("rope_parameters") ? both : config.object("rope_scaling");
        double theta = rotary.number("rope_theta", Llama2cModels.ROPE_THETA);
        require(theta == Llama2cModels.ROPE_THETA, "the rotary base " + theta + " (it is 10000 there)");
        String stretched = scaling.text("rope_type", scaling.text("type", "default"));
        require(stretched.equals("default") || stretched.equals("dynamic"), "rotary positions of the type " + stretched);
        double epsilon = config.number("rms_norm_eps", 1e-6);
        require((float) epsilon == (float) Llama2cModels.NORM_EPSILON, "the norm epsilon " + epsilon + " (it is 1e-5 there)");
        int heads = config.size("num_attention_heads");
        require((long) config.size("head_dim", config.size("hidden_size") / heads) * heads == config.size("hidden_size"), "a head_dim of its own");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw Problem.failed("cannot write the model as llama2.c's .bin", "the form cannot say " + otherwise, "write it as safetensors or GGUF");
        }
    }

    private static void refuse(Findings findings) {
        if (!findings.none()) {
            throw Problem.failed("cannot write the model as llama2.c's .bin", findings.text(), "write it as safetensors or GGUF");
        }
    }

    AtomicFiles.FileContent content() {
        return this::writeTo;
    }

    private void writeTo(Sink sink) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(header.dataStart()).order(ByteOrder.LITTLE_ENDIAN);
        start.putInt(header.embeddingDim()).putInt(header.hiddenDim()).putInt(header.numLayers());
        start.putInt(header.numHeads()).putInt(header.numKvHeads());
        start.putInt(header.sharedOutput() ? header.vocabSize() : -header.vocabSize()).putInt(header.contextLength());
        sink.write(start.flip());
        for (Part part : layout.parts()) {
            writeF32(tensors.get(part.name()), sink);
            if (part.name().equals("model.norm.weight")) {
                writeRotary(sink, true);
                writeRotary(sink, false);
            }
        }
    }

    /** Row after row, or head after head, so that the model is not in memory twice. */
    private static void writeF32(Tensor tensor, Sink sink) throws IOException {
        if (tensor.dtype() == DType.F32) {
            TensorBytes.write(tensor, sink);
            return;
        }
        for (long i = 0; i < tensor.shape().extent(0); i++) {
            TensorBytes.write(tensor.slice(0, i, i + 1).to(DType.F32), sink);
        }
    }

    /** cos or sin of position / 10000^(2i / headDim): programs of today compute them, older ones read them here. */
    private void writeRotary(Sink sink, boolean cosine) throws IOException {
        int pairs = header.headDim() / 2;
        ByteBuffer row = ByteBuffer.allocate(pairs * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int position = 0; position < header.contextLength(); position++) {
            row.clear();
            for (int i = 0; i < pairs; i++) {
                double angle = position / Math.pow(Llama2cModels.ROPE_THETA, 2.0 * i / header.headDim());
                row.putFloat((float) (cosine ? Math.cos(angle) : Math.sin(angle)));
            }
            sink.write(row.flip());
        }
    }
}
