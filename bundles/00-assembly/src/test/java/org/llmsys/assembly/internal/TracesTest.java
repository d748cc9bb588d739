package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.TraceBus;

/** The trace bus. */
class TracesTest {

    private static final String PLACE = "blocks.0.attn.hook_pattern";

    @ParameterizedTest
    @CsvSource({"*, a.b, true", "a.b, a.b, true", "a.b, a.bc, false", "a*c, abbbc, true", "a*c, ac, true", "a*c, acb, false",
            "*.hook_*, blocks.0.hook_q, true", "blocks.*.attn.*, blocks.10.attn.hook_k, true", "blocks.1.*, blocks.10.x, false",
            "a*b*c, aXbXbXc, true", "'', '', true", "'', a, false", "**, '', true", "a.c, abc, false"})
    @DisplayName("a star stands for any characters, everything else for itself")
    void globs(String glob, String text, boolean matches) {
        assertEquals(matches, Traces.matches(glob, text));
    }

    @Test
    @DisplayName("nothing is wanted until somebody listens, and nothing after they left")
    void listening() {
        TraceBus bus = TraceBus.standalone();
        List<Object> seen = new ArrayList<>();
        assertFalse(bus.wanted(PLACE));
        bus.show(PLACE, 1);
        TraceBus.Listening listening = bus.listen("blocks.*.attn.*", (place, value) -> seen.add(value));
        assertTrue(bus.wanted(PLACE));
        assertFalse(bus.wanted("hook_embed"));
        bus.show(PLACE, 2);
        bus.show("hook_embed", 3);
        listening.close();
        assertFalse(bus.wanted(PLACE));
        bus.show(PLACE, 4);
        assertEquals(List.of(2), seen);
    }

    @Test
    @DisplayName("a listener that throws is not asked again, and disturbs neither the step nor the other listeners")
    void throwingListener() {
        TraceBus bus = TraceBus.standalone();
        List<Object> seen = new ArrayList<>();
        bus.listen("*", (place, value) -> {
            throw new IllegalStateException("on purpose");
        });
        bus.listen("*", (place, value) -> seen.add(value));
        bus.show(PLACE, 1);
        bus.show(PLACE, 2);
        assertEquals(List.of(1, 2), seen);
    }

    @Test
    @DisplayName("closing one of two equal listeners leaves the other")
    void equalListeners() {
        TraceBus bus = TraceBus.standalone();
        List<Object> seen = new ArrayList<>();
        BiConsumer<String, Object> ear = (place, value) -> seen.add(value);
        TraceBus.Listening one = bus.listen("*", ear);
        bus.listen("*", ear);
        one.close();
        one.close();
        bus.show(PLACE, 1);
        assertEquals(List.of(1), seen);
    }
}
