package org.llmsys.inference.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StopTextsTest {

    @Test
    @DisplayName("what may begin a stop text is held back, and given out when it does not go on")
    void holdsBack() {
        StopTexts stops = new StopTexts(List.of("\n\n", "END"));
        assertEquals("ab", stops.next("abE"));
        assertEquals("E", stops.next("E"));
        assertEquals("Ex", stops.next("x"));
        assertEquals("", stops.next("\n"));
        assertEquals("\nc", stops.next("c"));
        assertFalse(stops.found());
        assertEquals("", stops.next("EN"));
        assertEquals("EN", stops.rest());
    }

    @Test
    @DisplayName("the text ends before the first stop text, also when it comes in pieces or inside one piece")
    void cuts() {
        StopTexts pieces = new StopTexts(List.of("END"));
        assertEquals("a", pieces.next("aE"));
        assertEquals("", pieces.next("N"));
        assertEquals("", pieces.next("Dz"));
        assertTrue(pieces.found());
        StopTexts whole = new StopTexts(List.of("later", "END"));
        assertEquals("ab", whole.next("abENDclater"));
        assertEquals("", whole.rest());
    }

    @Test
    @DisplayName("without stop texts everything passes at once")
    void none() {
        StopTexts stops = new StopTexts(List.of());
        assertEquals("abc", stops.next("abc"));
        assertEquals("", stops.rest());
    }
}
