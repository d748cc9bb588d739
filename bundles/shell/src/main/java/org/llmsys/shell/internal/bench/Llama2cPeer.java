package org.llmsys.shell.internal.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;

/**
 * llama2.c: the program that somebody made of its {@code run.c}, started by a Python process that keeps to the protocol of the other peers.
 *
 * @param program the one that the option names; empty for the one that the variable {@code LLMSYS_LLAMA2C} names, if it does
 */
record Llama2cPeer(Optional<Path> program) implements PeerProgram {

    static final String OPTION = "--llama2c";

    private static final String BUILD = "make it of llama2.c's run.c: gcc -Ofast -march=native -fopenmp run.c -lm -o run; then ";

    /** Whatever the environment names. */
    static Llama2cPeer ofEnvironment() {
        return new Llama2cPeer(Optional.empty());
    }

    /**
     * The program that the option names.
     *
     * @throws Problem when it cannot be run: who names one wants it measured
     */
    static Llama2cPeer of(Path program) {
        Path file = program.toAbsolutePath();
        String why = !Files.exists(file) ? "there is no such file" : !Files.isRegularFile(file) ? "it is a folder, or nothing that could be run"
                : Files.isExecutable(file) ? "" : "it is not marked as a program";
        if (!why.isEmpty()) {
            throw Problem.misused("cannot run llama2.c's program " + program, why, BUILD + OPTION + " /where/it/is/run");
        }
        return new Llama2cPeer(Optional.of(file));
    }

    @Override
    public String name() {
        return "llama2.c";
    }

    @Override
    public List<String> command(int threads) {
        List<String> command = new ArrayList<>(PythonPeer.of("llama2c", "models.py").command(threads));
        program.ifPresent(file -> command.add(file.toString()));
        return List.copyOf(command);
    }

    @Override
    public String fix() {
        return BUILD + OPTION + " /where/it/is/run or LLMSYS_LLAMA2C=/where/it/is/run";
    }
}
