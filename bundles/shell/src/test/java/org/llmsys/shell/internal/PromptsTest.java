package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PromptsTest {

    @Test
    @DisplayName("a prompt is the first three words of the first long line without quotes")
    void words() {
        assertEquals("The old clock", Prompts.beginning("Chapter 1\n\nThe old clock on the wall had stopped long before noon.\n"));
        assertEquals("Chapter 1", Prompts.beginning("Chapter 1\nshort\n"));
    }

    @Test
    @DisplayName("of a text without spaces it is the first characters, none cut in half")
    void noSpaces() {
        assertEquals("\ud83d\ude00".repeat(40), Prompts.beginning("\ud83d\ude00".repeat(5000)));
    }
}
