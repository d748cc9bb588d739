package org.llmsys.shell.internal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code ./llmsys build native} needs of this machine, looked for in the folders of PATH as the script does, and asked for its version. */
final class BuildTools {

    private static final int SECONDS = 2;
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)+");

    /** Any of the programs will do. */
    private record Wanted(String name, List<String> programs, String without, String fix) {
    }

    private static final List<Wanted> WANTED = List.of(
            new Wanted("c++", List.of("c++", "g++", "clang++"), "no native engine", "apt install g++"),
            new Wanted("cmake", List.of("cmake"), "no native engine", "apt install cmake"),
            new Wanted("ninja", List.of("ninja", "make"), "no native engine", "apt install ninja-build"),
            new Wanted("cargo", List.of("cargo"), "no data pipeline and no server, and memory by the allocator in C++", "rustup.rs has it"));

    private final List<Path> folders;

    /** @param path as the environment has it; null for none */
    BuildTools(String path) {
        folders = path == null ? List.of() : Stream.of(path.split(File.pathSeparator)).filter(part -> !part.isEmpty()).map(BuildTools::folder)
                .flatMap(Optional::stream).toList();
    }

    private static Optional<Path> folder(String part) {
        try {
            return Optional.of(Path.of(part));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * @param name    what it is called, as {@code c++}
     * @param path    where it is; null when it is missing
     * @param version what it tells of itself: the first number with points, else the first line; null when it is missing or does not run
     * @param why     what is missing without it and what to do; null when it is there and runs
     */
    record Tool(String name, Path path, String version, String why) {
    }

    List<Tool> tools() {
        // At the same time: each is a process.
        return WANTED.parallelStream().map(this::tool).toList();
    }

    private Tool tool(Wanted wanted) {
        Optional<Path> path = wanted.programs().stream().flatMap(program -> folders.stream().map(folder -> folder.resolve(program)))
                .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file)).findFirst();
        if (path.isEmpty()) {
            return new Tool(wanted.name(), null, null, "without it " + wanted.without() + "; " + wanted.fix());
        }
        Optional<String> version = version(path.get());
        return new Tool(wanted.name(), path.get(), version.orElse(null), version.isPresent() ? null
                : path.get() + " does not run, and without it " + wanted.without() + "; " + wanted.fix());
    }

    private static Optional<String> version(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
            try {
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    return Optional.empty();
                }
                return new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).lines().findFirst()
                        .map(line -> NUMBER.matcher(line).results().map(MatchResult::group).findFirst().orElse(line.strip()));
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException cannotStart) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
