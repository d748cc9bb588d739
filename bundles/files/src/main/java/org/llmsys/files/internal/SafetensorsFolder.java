package org.llmsys.files.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.FiniteScan;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * A folder as the Hugging Face tools write it and read it.
 *
 * <pre>
 *   model.safetensors   the weights; or several files with model.safetensors.index.json
 *   config.json         what model they belong to
 *   tokenizer.json      its vocabulary (may be missing)
 *   generation_config.json   which tokens end a text (may be missing): they take the place of those in config.json
 * </pre>
 *
 * <p>Weights are mapped: each tensor is the file's own bytes, in the file's type, until {@link ModelFile#close}. A folder without
 * tokenizer.json may hold its tokenizer in another form; then the folder is the {@link ModelFile#tokenizerFile}.
 *
 * <p>The path may also name a {@code .safetensors} file; the two others are looked for beside it. Python pickles
 * ({@code pytorch_model.bin}) are refused: reading one runs whatever program it holds.
 */
@Component
@Provider(slot = "format", algorithm = "safetensors", name = "safetensors",
        summary = "a folder with model.safetensors, config.json and tokenizer.json",
        reference = "https://github.com/huggingface/safetensors")
public final class SafetensorsFolder implements ModelFormat {

    private static final String WEIGHTS = "model.safetensors";
    private static final String CONFIG = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String ENDING = ".safetensors";
    private static final String INDEX = WEIGHTS + ".index.json";
    /** What tokenizers of other forms are called. */
    private static final List<String> TOKENIZERS = List.of("tokenizer.model", "vocab.json", "encoder.json", "vocab.txt", "tokenizer.bin");
    private static final String OWNER = "weights";
    private static final int MOST_NAMED = 8;
    private static final int LARGEST_CONFIG = 1 << 20;
    private static final int LARGEST_TOKENIZER = 64 << 20;
    private static final int LARGEST_INDEX = 64 << 20;

    private final AtomicFiles files;

    /** Null while nobody offers the service; files are then mapped without being counted. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile FileMapping mapping;

    public SafetensorsFolder() {
        this(AtomicFiles.ON_DISK);
    }

    SafetensorsFolder(AtomicFiles files) {
        this.files = files;
    }

    @Override
    public boolean recognizes(Path path) {
        Path folder = AtomicFiles.current(path);
        return Files.isDirectory(folder) ? Stream.of(WEIGHTS, INDEX, CONFIG).anyMatch(name -> Files.exists(folder.resolve(name))) : isWeights(path);
    }

    @Override
    public ModelFile read(Path path) {
        try {
            return isWeights(path) ? read(() -> map(path), path.toAbsolutePath().getParent()) : readFolder(path);
        } catch (IOException e) {
            throw new Problem("cannot read the model " + path, e.toString(), "check the files and the disk they lie on", Problem.FAILED, e);
        }
    }

    /** Reads again when a save has put another folder in its place meanwhile: the three files must be of one save. */
    private ModelFile readFolder(Path path) throws IOException {
        Path folder = AtomicFiles.current(path);
        while (true) {
            Object before = identity(folder);
            ModelFile model;
            try {
                requireWeights(path, folder);
                Path weights = folder.resolve(WEIGHTS);
                Path index = folder.resolve(INDEX);
                model = read(Files.exists(weights) ? () -> map(weights) : () -> SafetensorsShards.map(index, text(index, LARGEST_INDEX), mapping(),
                        OWNER),
                        folder);
            } catch (Problem e) {
                if (Objects.equals(before, identity(AtomicFiles.current(path)))) {
                    throw e;
                }
                model = null;
            }
            folder = AtomicFiles.current(path);
            if (model != null && Objects.equals(before, identity(folder))) {
                return model;
            }
            if (model != null) {
                model.close();
            }
        }
    }

    /** Where weights come from. */
    private interface Weights {
        NamedTensors map() throws IOException;
    }

    private NamedTensors map(Path weights) {
        return SafetensorsReader.map(weights, NumberCheck.FINITE, mapping(), OWNER);
    }

    private FileMapping mapping() {
        FileMapping given = mapping;
        return given == null ? FileMapping.create() : given;
    }

    /** The small files first: they can be wrong too, and nothing is mapped yet. */
    private static ModelFile read(Weights weights, Path folder) throws IOException {
        String config = text(folder.resolve(CONFIG), LARGEST_CONFIG);
        if (config == null) {
            throw Problem.failed("cannot read the model in " + folder, "it has no " + CONFIG + ", so nobody knows what the weights belong to",
                    "put the model's " + CONFIG + " beside its weights");
        }
        config = EndTokens.added(config, text(folder.resolve(GENERATION), LARGEST_CONFIG), folder.resolve(GENERATION));
        String tokenizer = text(folder.resolve(TOKENIZER), LARGEST_TOKENIZER);
        Path tokenizerFile = tokenizer == null && holdsTokenizer(folder) ? folder : null;
        NamedTensors tensors = weights.map();
        return new ModelFile(config, tokenizer, tensors.tensors(), tensors.metadata(), tokenizerFile, Map.of());
    }

    private static boolean holdsTokenizer(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).anyMatch(name -> TOKENIZERS.contains(name) || name.endsWith(".tiktoken"));
        }
    }

    private static void requireWeights(Path path, Path folder) throws IOException {
        if (Files.exists(folder.resolve(WEIGHTS)) || Files.exists(folder.resolve(INDEX))) {
            return;
        }
        String why = !Files.exists(path) ? "there is no such folder" : Files.isDirectory(path) ? "it holds no " + WEIGHTS
                : "it is of no form known here";
        String fix = "give a folder with " + WEIGHTS + " and " + CONFIG + ", or the path of a .safetensors file";
        if (Files.exists(folder.resolve("pytorch_model.bin")) || isPickle(path)) {
            why = "its weights are a Python pickle (such as pytorch_model.bin), and reading a pickle runs the program in it";
            fix = "convert it with a tool you trust: model.save_pretrained(folder, safe_serialization=True)";
        } else if (Files.isDirectory(folder)) {
            List<String> others = otherWeights(folder);
            why += others.isEmpty() ? "" : ", only " + String.join(", ", others);
            fix = others.size() == 1 ? "give the file itself: " + path.resolve(others.getFirst())
                    : others.isEmpty() ? fix : "put the " + INDEX + " beside them that says which tensor lies in which";
        }
        throw Problem.failed("cannot read a model from " + path, why, fix);
    }

    private static List<String> otherWeights(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ENDING)).sorted().limit(MOST_NAMED).toList();
        }
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
        if (isWeights(path)) {
            throw Problem.misused("cannot write a model to " + path, "a model is a folder of three files", "give a folder, for example "
                    + path.toString().replaceFirst("\\.safetensors$", ""));
        }
        for (Map.Entry<String, Tensor> tensor : model.tensors().entrySet()) {
            if (!FiniteScan.allFinite(tensor.getValue())) {
                throw Problem.failed("the model was not written to " + path, tensor.getKey() + " holds NaN or an infinity",
                        "go back to the last good checkpoint");
            }
        }
        Map<String, String> metadata = new LinkedHashMap<>(model.metadata());
        metadata.putIfAbsent("format", "pt");                // other tools ask for it
        files.writeFolder(path, ModelFile::owns, draft -> {
            draft.file(WEIGHTS, SafetensorsWriter.content(new NamedTensors(model.tensors(), metadata)));
            draft.text(CONFIG, model.config());
            if (model.tokenizer() != null) {
                draft.text(TOKENIZER, model.tokenizer());
            }
        });
    }

    private static boolean isPickle(Path path) {
        return Files.isRegularFile(path) && Stream.of(".bin", ".pt", ".pth", ".pkl", ".ckpt").anyMatch(path.toString()::endsWith);
    }

    private static boolean isWeights(Path path) {
        return path.toString().endsWith(ENDING) && !Files.isDirectory(path);
    }

    /** A small text file, or null when there is none. */
    private static String text(Path file, int largest) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(largest + 1);
        }
        if (bytes.length > largest) {
            throw Problem.failed("cannot read " + file, "it is larger than " + largest + " bytes", "give the model's own " + file.getFileName());
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Problem("cannot read " + file, "it is not text in UTF-8", "give the model's own " + file.getFileName(), Problem.FAILED, e);
        }
    }

    private static Object identity(Path folder) {
        try {
            return Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
