package org.llmsys.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    @DisplayName("objects keep their order; lists, arrays, numbers, truth and null are written as JSON")
    void values() {
        assertEquals("{\"b\": 1, \"a\": [1, 2], \"c\": [], \"d\": {}, \"e\": null, \"f\": true, \"g\": 0.5}",
                Json.text(Json.object("b", 1, "a", new int[] {1, 2}, "c", List.of(), "d", Map.of(), "e", null, "f", true, "g", 0.5)));
    }

    @Test
    @DisplayName("elements are separated, whatever the one before ends with")
    void separators() {
        assertEquals("[\"{\", \"[\", [], [[]], {\"x\": \"{\", \"y\": 1}]",
                Json.text(List.of("{", "[", List.of(), List.of(List.of()), Json.object("x", "{", "y", 1))));
        List<Object> withNull = new ArrayList<>();
        withNull.add(null);
        withNull.add(null);
        assertEquals("[null, null]", Json.text(withNull));
    }

    @Test
    @DisplayName("quotes, backslashes, control characters and lonely surrogates are escaped; pairs and other letters are not")
    void strings() {
        assertEquals("\"a\\\"b\\\\c\\n\\t\\u0007\\u007f\"", Json.text("a\"b\\c\n\t\u0007\u007f"));
        assertEquals("\"\\ud83d x \uD83D\uDE00 é\"", Json.text("\uD83D x \uD83D\uDE00 é"));
        assertEquals("\"\\ude00\"", Json.text("\uDE00"));
    }

    @Test
    @DisplayName("numbers that JSON does not know become null")
    void notFinite() {
        assertEquals("[null, null, null, 1.0E-5]", Json.text(List.of(Double.NaN, Double.NEGATIVE_INFINITY, Float.NaN, 1e-5)));
    }
}
