package org.llmsys.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes JSON on one line. Numbers that JSON does not know (NaN, infinity) become null. */
public final class Json {

    private Json() {
    }

    /** An object that keeps its order: name, value, name, value, … */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** The text of a map, list, array of ints, string, number, boolean or null. */
    public static String text(Object value) {
        StringBuilder json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    private static void write(Object value, StringBuilder json) {
        switch (value) {
            case null -> json.append("null");
            case Map<?, ?> object -> {
                json.append('{');
                object.forEach((name, element) -> {
                    separate(json, '{');
                    quote(name.toString(), json);
                    json.append(": ");
                    write(element, json);
                });
                json.append('}');
            }
            case List<?> list -> {
                json.append('[');
                for (Object element : list) {
                    separate(json, '[');
                    write(element, json);
                }
                json.append(']');
            }
            case int[] numbers -> {
                json.append('[');
                for (int number : numbers) {
                    separate(json, '[');
                    json.append(number);
                }
                json.append(']');
            }
            case Double number when !Double.isFinite(number) -> json.append("null");
            case Float number when !Float.isFinite(number) -> json.append("null");
            case Number number -> json.append(number);
            case Boolean truth -> json.append(truth);
            default -> quote(value.toString(), json);
        }
    }

    private static void separate(StringBuilder json, char opening) {
        if (json.charAt(json.length() - 1) != opening) {
            json.append(", ");
        }
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    boolean lonely = Character.isSurrogate(c) && !paired(text, i);
                    if (c < 0x20 || c == 0x7f || lonely) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i)) ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
