package org.llmsys.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class ExampleOptionsTest {

    @Test
    @DisplayName("what is given counts, else what stands in for it")
    void values() {
        ExampleOptions options = ExampleOptions.of("steps", 7, "seed", -3, "cell", "lstm", "png", "a.png");
        assertEquals(7, options.count("steps", 100));
        assertEquals(100, options.count("epochs", 100));
        assertEquals(-3, options.whole("seed", 1));
        assertEquals("lstm", options.text("cell", "rnn"));
        assertEquals(Path.of("a.png"), options.path("png").orElseThrow());
        assertTrue(options.path("out").isEmpty());
    }

    @Test
    @DisplayName("what makes no sense is refused, with the option's name")
    void refused() {
        ExampleOptions options = ExampleOptions.of("steps", 0, "seed", "one", "epochs", "99999999999", "png", "a\0b");
        for (Runnable wrong : new Runnable[] {() -> options.count("steps", 1), () -> options.whole("seed", 1), () -> options.count("epochs", 1),
            () -> options.path("png"), () -> options.file("images")}) {
            assertTrue(assertThrows(Problem.class, wrong::run).getMessage().contains("--"));
        }
    }
}
