package org.llmsys.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * The door for models on a disk: asks every format in the workbench, in its order, whether it knows a file or folder.
 *
 * <pre>{@code
 * try (ModelFile model = ModelFiles.read(Path.of("models/llama"), assemblies)) {
 *     ModelFiles.write(Path.of("llama.gguf"), WeightTypes.converted(model, DType.Q8_0, job), "gguf", assemblies, job);
 * }
 * }</pre>
 *
 * <p>A folder that is no model may hold one in a single file, which is then read.
 */
public final class ModelFiles {

    private static final String SLOT = "format";
    private static final String USUAL = "safetensors";
    private static final int SHOWN = 8;
    private static final int LOOKED_AT = 4096;

    private ModelFiles() {
    }

    /** @throws Problem when nothing is there, no format knows it, it holds several models, or everything that is wrong with it */
    public static ModelFile read(Path path, Assemblies assemblies) {
        String format = formatOf(path, assemblies);
        if (format != null) {
            return read(path, format, assemblies);
        }
        if (Files.isDirectory(path)) {
            List<Path> inside = modelsIn(path, assemblies);
            if (inside.size() > 1) {
                throw Problem.failed("cannot read a model from " + path, "the folder holds several files of models: " + String.join(", ",
                        inside.stream().limit(SHOWN).map(file -> file.getFileName().toString()).toList()) + (inside.size() > SHOWN ? ", ..." : ""),
                        "name one of them, such as " + inside.getFirst());
            }
            if (inside.size() == 1) {
                return read(inside.getFirst(), formatOf(inside.getFirst(), assemblies), assemblies);
            }
        }
        String usual = assemblies.current().serving(SLOT, USUAL).map(Candidate::name).orElseThrow(() -> Problem.failed("cannot read " + path,
                "nothing serves slot " + SLOT + " with algorithm " + USUAL, "start the bundle org.llmsys.files"));
        return read(path, usual, assemblies);                    // it knows best what is missing
    }

    private static ModelFile read(Path path, String format, Assemblies assemblies) {
        try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, format)) {
            return held.provider().read(path);
        }
    }

    /** The name of the first format that knows the path, or null. */
    public static String formatOf(Path path, Assemblies assemblies) {
        for (Candidate format : assemblies.current().candidates(SLOT)) {
            try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, format.name())) {
                if (held.provider().recognizes(path)) {
                    return format.name();
                }
            }
        }
        return null;
    }

    /** Tokenizers of llama2.c end like its models, and are none. */
    private static List<Path> modelsIn(Path folder, Assemblies assemblies) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.limit(LOOKED_AT).filter(file -> Files.isRegularFile(file) && !file.getFileName().toString().startsWith("tok")
                    && formatOf(file, assemblies) != null).sorted().toList();
        } catch (IOException e) {
            throw new Problem("cannot read the folder " + folder, e.toString(), "check the path and the disk", Problem.FAILED, e);
        }
    }

    /**
     * Writes a model in this form, whole or not at all.
     *
     * @param format the algorithm in slot format: {@code safetensors}, {@code gguf}, {@code llama2c}
     * @throws Problem when the form does not exist or cannot say all of the model, or the place cannot be written
     */
    public static void write(Path path, ModelFile model, String format, Assemblies assemblies, Job job) {
        String name = assemblies.current().serving(SLOT, format).map(Candidate::name).orElseThrow(() -> {
            List<String> known = assemblies.current().candidates(SLOT).stream().map(Candidate::algorithm).distinct().toList();
            return Problem.misused("cannot write " + path, "nothing serves slot format with algorithm " + format + "; there are "
                    + String.join(", ", known),
                    Names.suggestion(format, known));
        });
        try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, name)) {
            held.provider().write(path, model, job);
        }
    }
}
