package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.tokenizer.TokenizerType;

/** Learns a vocabulary from a text. */
record LearningContestant(Assemblies assemblies, String name, String text, TokenizerType.TrainingSettings settings, Job job) implements Contestant {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    @Override
    public double seconds(int repetitions, Clock clock) {
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, name)) {
            return clock.seconds(repetitions, () -> held.provider().train(text, settings, job));
        }
    }

    /** The most memory this process has had so far, where the system tells. */
    @Override
    public List<Remark> remarks() {
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(PEAK))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .map(kibibytes -> new Remark("peak memory of the process", kibibytes * 1024 / 1e6, "MB")).toList();
        } catch (IOException notTold) {
            return List.of();
        }
    }
}
