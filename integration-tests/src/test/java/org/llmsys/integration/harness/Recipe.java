package org.llmsys.integration.harness;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The files that a Markdown page tells a reader to make: a line with a path in backquotes, then a block with the content. */
public final class Recipe {

    private static final Pattern FILE = Pattern.compile("^`([^`\\n]+)`\\n```[a-z]*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private final Map<String, String> files = new LinkedHashMap<>();

    public Recipe(Path page) {
        try {
            Matcher matcher = FILE.matcher(Files.readString(page));
            while (matcher.find()) {
                files.put(matcher.group(1), matcher.group(2));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The content of the file whose path ends so. */
    public String file(String ending) {
        return files.entrySet().stream().filter(file -> file.getKey().endsWith(ending)).map(Map.Entry::getValue).findFirst()
                .orElseThrow(() -> new AssertionError("the page tells of no file " + ending + ", only of " + files.keySet()));
    }

    /** Compiles the Java files against the house's bundles, and packs them as the bnd file and the house's own say. */
    public Path build(Path folder, Path houseInstructions) throws IOException {
        Path classes = compile(folder);
        Properties instructions = new Properties();
        for (String text : List.of(Files.readString(houseInstructions), file("bnd.bnd"))) {
            instructions.load(new StringReader(text));
        }
        Map<String, String> used = new LinkedHashMap<>();
        instructions.forEach((key, value) -> {
            if (!value.toString().contains("${project.")) {      // Maven's to fill in
                used.put(key.toString(), value.toString());
            }
        });
        used.remove("-include");
        return BundleFactory.build(classes, folder.resolve("plugin.jar"), used);
    }

    private Path compile(Path folder) throws IOException {
        Path sources = folder.resolve("sources");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = sources.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Path classes = Files.createDirectories(folder.resolve("classes"));
        String classPath = Stream.concat(HouseJars.all().stream().map(Path::toFile), BundleFactory.libraries().stream()).map(File::getPath)
                .collect(Collectors.joining(File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null); Stream<Path> all = Files.walk(sources)) {
            List<Path> javaFiles = all.filter(path -> path.toString().endsWith(".java")).toList();
            boolean compiled = compiler.getTask(complaints, manager, null, List.of("-d", classes.toString(), "-cp", classPath, "-proc:none"), null,
                    manager.getJavaFileObjectsFromPaths(javaFiles)).call();
            if (!compiled) {
                throw new AssertionError("the page's code does not compile: " + complaints);
            }
        }
        return classes;
    }
}
