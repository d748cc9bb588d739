package org.llmsys.integration.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.llmsys.integration.harness.CommandLine.Result;

/** What a command must have said. */
public final class Said {

    private Said() {
    }

    /** It ended well and printed this object, which has these fields, and nothing else. */
    public static JsonObject object(Result result, String... fields) {
        List<JsonObject> lines = objects(result, fields);
        assertEquals(1, lines.size(), result.out());
        return lines.getFirst();
    }

    /** It ended well and printed an object a line, each with these fields. */
    public static List<JsonObject> objects(Result result, String... fields) {
        assertEquals(0, result.exit(), result.err());
        List<JsonObject> lines = result.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
        for (JsonObject line : lines) {
            for (String field : fields) {
                assertTrue(line.has(field), () -> field + " is missing in " + line);
            }
        }
        return lines;
    }

    /** It ended with this status, printed no data, and said error, why and fix, in which this text stands. */
    public static void refused(int exit, String mentions, Result result) {
        String said = "exit " + result.exit() + ", out: " + result.out() + ", err: " + result.err();
        assertEquals(exit, result.exit(), said);
        assertEquals("", result.out(), said);
        assertEquals(List.of("error", "why", "fix"),
                result.err().lines().filter(line -> line.matches("(error|why|fix): .+")).map(line -> line.substring(0, line.indexOf(':'))).toList(), said);
        assertTrue(result.err().contains(mentions), () -> "does not mention " + mentions + ": " + said);
        assertFalse(result.err().contains("\tat ") || result.err().contains("Exception"), said);
    }
}
