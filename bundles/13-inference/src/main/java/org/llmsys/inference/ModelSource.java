package org.llmsys.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files that a model was read from, and how they looked then. Whoever reads them again asks first whether they still are what the model holds.
 *
 * <pre>
 *   a folder                              all files in it
 *   .safetensors, or its index            all files beside it: the config, and the other parts
 *   any other file (.gguf, .bin)          itself
 * </pre>
 *
 * @param path  as it was given, absolute
 * @param looks name, size and time of each file, in order of names
 */
public record ModelSource(Path path, List<String> looks) {

    public ModelSource {
        looks = List.copyOf(looks);
    }

    /** How these files look now; empty when they cannot be looked at. */
    public static Optional<ModelSource> at(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            return Optional.of(new ModelSource(absolute, looksOf(absolute)));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /** Whether no file has been written, added or taken away since. */
    public boolean unchanged() {
        return at(path).filter(now -> now.looks().equals(looks)).isPresent();
    }

    private static List<String> looksOf(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        boolean parts = name.endsWith(".safetensors") || name.endsWith(".json");
        Path folder = Files.isDirectory(path) ? path : parts ? path.getParent() : null;
        List<String> looks = new ArrayList<>();
        if (folder == null) {
            looks.add(lookOf(path));
            return looks;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                looks.add(lookOf(file));
            }
        }
        return looks;
    }

    private static String lookOf(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return file.getFileName() + " " + attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
    }
}
