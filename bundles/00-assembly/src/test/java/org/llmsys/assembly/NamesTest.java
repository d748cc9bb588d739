package org.llmsys.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** "Did you mean". */
class NamesTest {

    private static final List<String> SLOTS = List.of("matmul", "attention", "sampler", "softmax");

    @Test
    @DisplayName("a slip of the fingers finds the name")
    void slips() {
        assertEquals(Optional.of("matmul"), Names.nearest("matmull", SLOTS));
        assertEquals(Optional.of("matmul"), Names.nearest("mtamul", SLOTS));
        assertEquals(Optional.of("sampler"), Names.nearest("sample", SLOTS));
    }

    @Test
    @DisplayName("the beginning of a name finds it, however short")
    void beginnings() {
        assertEquals(Optional.of("attention"), Names.nearest("att", SLOTS));
    }

    @Test
    @DisplayName("something else entirely finds nothing, and the list is offered in order")
    void nothingNear() {
        assertEquals(Optional.empty(), Names.nearest("zebra", SLOTS));
        assertEquals(Optional.empty(), Names.nearest("", SLOTS));
        assertEquals("use one of: attention, matmul, sampler, softmax", Names.suggestion("zebra", SLOTS));
        assertEquals("did you mean softmax?", Names.suggestion("sotfmax", SLOTS));
    }

    @Test
    @DisplayName("of two names equally near the first in the alphabet is taken, whatever their order")
    void ties() {
        assertEquals(Optional.of("top-k"), Names.nearest("top-x", List.of("top-p", "top-k")));
    }
}
