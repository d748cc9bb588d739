package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

/** Which program is measured as llama2.c, and which are refused. What it must write is {@link WritingBenchmarksTest}'s. */
class Llama2cPeerTest {

    @AutoClose
    private static final TestBench BENCH = new TestBench();

    private final Overheard overheard = new Overheard();

    @TempDir
    private Path folder;

    private List<Row> run(String name, boolean peers, Path program) throws Exception {
        return BENCH.run(new Request(name, name.equals("matmul") ? "8" : "5x6", "1", "", 1, peers, false, Optional.empty(), Optional.of(program)),
                overheard.console());
    }

    /** A program that writes nothing. A name with a blank shows that it stays one argument. */
    private Path program(String name) throws IOException {
        Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\nexit 7\n");
        Assumptions.assumeTrue(program.toFile().setExecutable(true), "this system has no mark for programs");
        return program;
    }

    @Test
    @DisplayName("a program that is missing, a folder or not executable is refused before anything is measured, with what, why and fix")
    void refused() throws Exception {
        refused("there is no such file", folder.resolve("nothing"));
        refused("folder", folder);
        Path text = Files.writeString(folder.resolve("run.c"), "int main() {}\n");
        Assumptions.assumeFalse(Files.isExecutable(text), "here every file may be run");
        refused("not marked as a program", text);
    }

    private void refused(String why, Path program) {
        Problem problem = assertThrows(Problem.class, () -> run("decode", true, program));
        assertEquals(Problem.MISUSED, problem.exitStatus());
        assertTrue(problem.getMessage().contains(program.toString()), problem.text());
        assertTrue(problem.why().contains(why), problem.text());
        assertTrue(problem.fix().contains("--llama2c") && problem.fix().contains("run.c"), problem.text());
        assertEquals("", overheard.said());
    }

    @Test
    @DisplayName("with another benchmark, or without peers, the option is wrong use, and the message says what to write")
    void doesNotFit() throws Exception {
        Path program = program("run");
        for (Problem problem : List.of(assertThrows(Problem.class, () -> run("matmul", true, program)),
                assertThrows(Problem.class, () -> run("prefill", true, program)), assertThrows(Problem.class, () -> run("decode", false, program)))) {
            assertEquals(Problem.MISUSED, problem.exitStatus());
            assertTrue(problem.fix().contains("bench decode --peers --llama2c " + program), problem.text());
        }
    }

    @Test
    @DisplayName("the option's program counts, whatever the variable names; without the option the variable's; a folder there is no program")
    void optionWins() throws Exception {
        Path option = program("by option");
        Path variable = program("by variable");
        assertEquals("llama2c by option", version(Llama2cPeer.of(option), variable));
        assertEquals("llama2c by option", version(Llama2cPeer.of(option), folder.resolve("nothing")));
        assertEquals("llama2c by variable", version(Llama2cPeer.ofEnvironment(), variable));
        for (Path none : List.of(folder, folder.resolve("nothing"))) {
            assertTrue(assertThrows(IOException.class, () -> version(Llama2cPeer.ofEnvironment(), none)).getMessage().contains("cannot be run"));
        }
    }

    /** How the peer greets in an environment whose variable names a program. */
    private static String version(Llama2cPeer peer, Path variable) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "LLMSYS_LLAMA2C=" + variable));
        command.addAll(peer.command(1));
        Assumptions.assumeTrue(python(), "python3 is not installed");
        try (Peer started = Peer.start("llama2.c", command, 1, Duration.ofSeconds(60))) {
            return started.version();
        }
    }

    private static boolean python() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("another process is asked for the same program, by its full path")
    void otherProcess() {
        List<String> command = new Request("decode", "5x6", "2", "", 1, true, false, Optional.empty(), Optional.of(Path.of("run"))).command(2);
        assertEquals("--llama2c=" + Path.of("run").toAbsolutePath(), command.getLast());
    }
}
