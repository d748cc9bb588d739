package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.WorkerPool;

class PositionCommandTest {

    @TempDir
    private Path folder;

    private static String run(String... typed) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(PrintStream.nullOutputStream()),
                false, false);
        PositionCommand command = new PositionCommand(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies(), null);
        assertEquals(0, command.run(new Arguments(HelpPage.of("position").orElseThrow(), List.of(typed)), console));
        return out.toString(StandardCharsets.UTF_8).replace(" ", "");
    }

    @Test
    @DisplayName("--json has kind, sizes and values: waves start as 0, 1, turns as 1, 0, the line of two heads falls by 1/16")
    void json() throws Exception {
        assertTrue(run("sinusoidal", "--positions", "2", "--dims", "2", "--json").startsWith(
                "{\"name\":\"sinusoidal\",\"algorithm\":\"sinusoidal\",\"kind\":\"additive\",\"rows\":2,\"columns\":2,\"values\":[[0.0,1.0],[0.84"));
        assertTrue(run("rope", "--positions", "2", "--dims", "2", "--json").contains("\"kind\":\"rotating\",\"rows\":2,\"columns\":2,\"values\":[[1.0,0.0],[0.54"));
        String alibi = run("alibi", "--positions", "3", "--heads", "2", "--json");
        assertTrue(alibi.contains("\"kind\":\"score-bias\",\"rows\":2,\"columns\":3") && alibi.contains("-0.0625,-0.125]"), alibi);
    }

    @Test
    @DisplayName("--pairing and --scaling change what is shown")
    void rotary() throws Exception {
        String plain = run("rope", "--positions", "5", "--dims", "8");
        for (String[] other : new String[][] {{"--pairing", "half-split"}, {"--scaling", "linear:2"}, {"--scaling", "ntk:4"}, {"--scaling", "llama3:8"},
            {"--scaling", "yarn:4"}}) {
            assertTrue(!plain.equals(run("rope", "--positions", "5", "--dims", "8", other[0], other[1])), other[1]);
        }
        assertTrue(!run("rope", "--scaling", "yarn:4").equals(run("rope", "--scaling", "yarn:4", "--trained", "64")));
        assertEquals(plain, run("rope", "--positions", "5", "--dims", "8", "--pairing", "interleaved", "--scaling", "none"));
    }

    @Test
    @DisplayName("--png writes a picture with a rectangle for each number: the first wave at position 0 is white, its cosine red")
    void picture() throws Exception {
        Path file = folder.resolve("waves.png");
        run("sinusoidal", "--positions", "4", "--dims", "2", "--png", file.toString());
        BufferedImage image = ImageIO.read(file.toFile());
        assertEquals(480, image.getWidth());
        assertEquals(480, image.getHeight());
        assertEquals(0xFFFFFF, image.getRGB(0, 0) & 0xFFFFFF);
        assertEquals(0xFF0000, image.getRGB(479, 0) & 0xFFFFFF);
    }

    @Test
    @DisplayName("an unknown name, pairing or scaling, and a learned encoding without a model, are problems that say what to do")
    void refuses() {
        assertTrue(assertThrows(Problem.class, () -> run("rop")).text().contains("rope"));
        assertTrue(assertThrows(Problem.class, () -> run("rope", "--pairing", "half")).text().contains("did you mean half-split?"));
        assertTrue(assertThrows(Problem.class, () -> run("rope", "--scaling", "yarm:2")).text().contains("did you mean yarn?"));
        assertThrows(Problem.class, () -> run("rope", "--scaling", "yarn:4", "--theta", "1"));
        assertThrows(Problem.class, () -> run("rope", "--scaling", "linear:four"));
        assertThrows(Problem.class, () -> run("rope", "--scaling", "ntk"));
        assertThrows(Problem.class, () -> run("rope", "--scaling", "ntk:0"));
        assertThrows(Problem.class, () -> run("rope", "--dims", "3"));
        assertTrue(assertThrows(Problem.class, () -> run("learned")).text().contains("--model"));
    }
}
