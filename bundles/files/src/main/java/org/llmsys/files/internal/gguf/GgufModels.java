package org.llmsys.files.internal.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.GgufData;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufReader;
import org.llmsys.files.GgufValue;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * A GGUF file: configuration, vocabulary and weights in one, as llama.cpp reads it and writes it.
 *
 * <pre>
 *   keys       -> config.json          (GgufConfig)
 *   tensors    -> Hugging Face names   (GgufArchitecture); weights of GPT-2's linear layers as (in, out), a view
 *   the file itself is where the tokenizer lies
 * </pre>
 *
 * <p>The data is mapped, so {@link ModelFile#close} says when nobody needs it.
 */
@Component
@Provider(slot = "format", algorithm = "gguf", name = "gguf", summary = "a .gguf file of the architectures llama, qwen2 and gpt2",
        reference = "https://github.com/ggml-org/ggml/blob/master/docs/gguf.md")
public final class GgufModels implements ModelFormat {

    /** Tensors that hold no weights: angles and divisors of rotary positions. */
    private static final Set<String> NO_WEIGHTS = Set.of("rope_freqs.weight");
    private static final String NO_WEIGHT_ENDING = ".attn_rot_embd.weight";
    private static final int LONGEST_NOTE = 4096;

    private final AtomicFiles files;

    /** Null while nobody offers the service; files are then mapped without being counted. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile FileMapping mapping;

    public GgufModels() {
        this(AtomicFiles.ON_DISK);
    }

    GgufModels(AtomicFiles files) {
        this.files = files;
    }

    @Override
    public boolean recognizes(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(Integer.BYTES);
            return start.length == Integer.BYTES && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt() == GgufReader.MAGIC
                    || path.toString().endsWith(".gguf");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public ModelFile read(Path path) {
        GgufFile header = GgufReader.read(path);
        GgufArchitecture architecture = GgufArchitecture.named(header.text("general.architecture").orElseThrow(() -> Problem.failed(
                "cannot read a model from " + path, "it does not say what it is (general.architecture)", "give the GGUF file of a whole model")));
        if (header.whole("split.count").orElse(1L) > 1) {
            throw Problem.failed("cannot read a model from " + path, "it is one of " + header.whole("split.count").get() + " parts",
                    "join them with llama-gguf-split --merge");
        }
        FileMapping given = mapping;
        Map<String, Tensor> tensors = GgufData.read(path, header, NumberCheck.FINITE, given == null ? FileMapping.create() : given, "weights");
        try {
            String config = new GgufConfig(header, architecture, tensors).text();
            return new ModelFile(config, null, huggingFace(tensors, architecture), notes(header),
                    header.metadata().containsKey("tokenizer.ggml.model") ? path : null, Map.of());
        } catch (Problem e) {
            tensors.values().forEach(tensor -> tensor.storage().close());
            throw e.getMessage().contains(path.toString()) ? e : new Problem("cannot read the model " + path, e.getMessage() + ": " + e.why(),
                    e.fix(),
                    e.exitStatus(), e);
        }
    }

    private static Map<String, Tensor> huggingFace(Map<String, Tensor> tensors, GgufArchitecture architecture) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            String theirs = architecture.toHuggingFace(name);
            boolean turn = architecture.turns(theirs) && tensor.shape().rank() == 2 && !tensor.dtype().blocked();
            if (NO_WEIGHTS.contains(name) || name.endsWith(NO_WEIGHT_ENDING)) {
                tensor.storage().close();
            } else if (named.put(theirs, turn ? tensor.transpose(0, 1) : tensor) != null) {
                throw Problem.failed("cannot read the GGUF model", "two of its tensors are " + theirs, "get an undamaged copy of the file");
            }
        });
        return named;
    }

    /** The single values among the general notes, as text. */
    private static Map<String, String> notes(GgufFile header) {
        Map<String, String> notes = new LinkedHashMap<>();
        header.metadata().forEach((key, value) -> {
            if (!key.startsWith("general.")) {
                return;
            }
            switch (value) {
                case GgufValue.Text text when text.utf8().length <= LONGEST_NOTE -> notes.put(key, new String(text.utf8(), StandardCharsets.UTF_8));
                case GgufValue.Whole whole -> notes.put(key, Long.toString(whole.value()));
                case GgufValue.Real real -> notes.put(key, Double.toString(real.value()));
                case GgufValue.Flag flag -> notes.put(key, Boolean.toString(flag.value()));
                default -> { }
            }
        });
        return notes;
    }

    @Override
    public void write(Path path, ModelFile model) {
        write(path, model, files);
    }

    @Override
    public void write(Path path, ModelFile model, Job job) {
        write(path, model, files.watched(job));
    }

    private static void write(Path path, ModelFile model, AtomicFiles files) {
        files.writeFile(path, GgufDraft.of(model).content());
    }
}
