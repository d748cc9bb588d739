package org.llmsys.shell.internal.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What somebody wants to have measured.
 *
 * @param name     of the benchmark
 * @param sizes    as typed; empty for the benchmark's own
 * @param threads  numbers of threads, as typed; empty for as many as this process has
 * @param names    of the providers that take part, as typed; empty for all
 * @param rounds   of which the median counts
 * @param peers    whether those that are installed take part too
 * @param cpuTime  whether processor time counts instead of time as it passes
 * @param material text and vocabulary, of the benchmark {@code tokenizer} alone
 * @param llama2c  the program that shall take part as llama2.c, of the benchmark {@code decode} alone
 */
public record Request(String name, String sizes, String threads, String names, int rounds, boolean peers, boolean cpuTime,
        Optional<Material> material, Optional<Path> llama2c) {

    /** For a benchmark that makes up what it works on. */
    public Request(String name, String sizes, String threads, String names, int rounds, boolean peers, boolean cpuTime) {
        this(name, sizes, threads, names, rounds, peers, cpuTime, Optional.empty(), Optional.empty());
    }

    /** The command that asks for the same with this number of threads. */
    List<String> command(int threads) {
        List<String> words = new ArrayList<>(List.of("bench", name, "--threads=" + threads, "--rounds=" + rounds));
        if (!sizes.isEmpty()) {
            words.add("--sizes=" + sizes);
        }
        if (!names.isEmpty()) {
            words.add("--names=" + names);
        }
        if (peers) {
            words.add("--peers");
        }
        if (cpuTime) {
            words.add("--cpu-time");
        }
        material.ifPresent(given -> words.addAll(given.options()));
        llama2c.ifPresent(program -> words.add(Llama2cPeer.OPTION + "=" + program.toAbsolutePath()));
        return words;
    }

    /** Names of the providers, one by one. */
    List<String> providers() {
        return names.isBlank() ? List.of() : List.of(names.strip().split("\\s*,\\s*"));
    }
}
