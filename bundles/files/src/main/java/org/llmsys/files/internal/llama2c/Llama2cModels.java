package org.llmsys.files.internal.llama2c;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.tensor.FileMapping;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * A {@code .bin} of llama2.c: a Llama model in one file, with its tokenizer in another beside it.
 *
 * <p>Reads versions 0, 1 and 2, writes version 0. The form has no word for rotary base, norm epsilon or biases: they are those of Llama 2.
 * The rows of q and k stand in the interleaved order of rotary positions.
 */
@Component
@Provider(slot = "format", algorithm = "llama2c", name = "llama2c", summary = "a .bin file of llama2.c, versions 0 to 2",
        reference = "https://github.com/karpathy/llama2.c")
public final class Llama2cModels implements ModelFormat {

    static final String TOKENIZER = "tokenizer.bin";
    static final double NORM_EPSILON = 1e-5;
    static final double ROPE_THETA = 10000;
    private static final int PICKLE = 0x80;
    private static final int ZIP = 'P';

    private final AtomicFiles files;

    /** Null while nobody offers the service; files are then mapped without being counted. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile FileMapping mapping;

    public Llama2cModels() {
        this(AtomicFiles.ON_DISK);
    }

    Llama2cModels(AtomicFiles files) {
        this.files = files;
    }

    /** By the magic number of versions 1 and 2. Version 0 has none: a {@code .bin} that is no pickle. */
    @Override
    public boolean recognizes(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(Integer.BYTES);
            boolean magic = start.length == Integer.BYTES && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt() == Llama2cHeader.MAGIC;
            int first = start.length == 0 ? 0 : start[0] & 0xFF;
            boolean pickle = first == PICKLE && start[start.length - 1] != 0 || first == ZIP && start.length > 1 && start[1] == 'K';
            return magic || path.toString().endsWith(".bin") && !pickle;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public ModelFile read(Path path) {
        FileMapping given = mapping;
        Llama2cReader.Content content = Llama2cReader.read(path, given == null ? FileMapping.create() : given);
        return new ModelFile(config(content.header()), null, content.tensors(), Map.of(),
                Llama2cTokenizers.beside(path, content.header().vocabSize()).orElse(null), Map.of());
    }

    private static String config(Llama2cHeader header) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", "llama");
        JsonArray names = new JsonArray();
        names.add("LlamaForCausalLM");
        json.add("architectures", names);
        json.addProperty("vocab_size", header.vocabSize());
        json.addProperty("max_position_embeddings", header.contextLength());
        json.addProperty("hidden_size", header.embeddingDim());
        json.addProperty("intermediate_size", header.hiddenDim());
        json.addProperty("num_hidden_layers", header.numLayers());
        json.addProperty("num_attention_heads", header.numHeads());
        json.addProperty("num_key_value_heads", header.numKvHeads());
        json.addProperty("hidden_act", "silu");
        json.addProperty("rms_norm_eps", NORM_EPSILON);
        json.addProperty("rope_theta", ROPE_THETA);
        json.addProperty("attention_bias", false);
        json.addProperty("mlp_bias", false);
        json.addProperty("tie_word_embeddings", header.sharedOutput());
        JsonObject own = new JsonObject();
        own.addProperty("rope_pairing", "interleaved");
        json.add("llmsys", own);
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    @Override
    public void write(Path path, ModelFile model) {
        write(path, model, files);
    }

    @Override
    public void write(Path path, ModelFile model, Job job) {
        write(path, model, files.watched(job));
    }

    /** The tokenizer first, so that a model which is there has the one that belongs to it. */
    private static void write(Path path, ModelFile model, AtomicFiles files) {
        Llama2cDraft draft = Llama2cDraft.of(model);
        byte[] tokenizer = model.tokenizerForms().get(TOKENIZER);
        if (tokenizer != null) {
            files.writeFile(path.toAbsolutePath().resolveSibling(TOKENIZER), sink -> sink.write(ByteBuffer.wrap(tokenizer)));
        }
        files.writeFile(path, draft.content());
    }
}
