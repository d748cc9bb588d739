package org.llmsys.position;

import java.util.Map;
import java.util.function.Supplier;

import org.llmsys.assembly.Problem;

/**
 * The fields of one object of a model's configuration, each read as what it must be; null counts as absent. Errors name the field.
 *
 * @param where  what the fields were read from, for messages
 * @param prefix stands before each name
 */
record ConfigFields(String where, String prefix, Map<String, ?> values) {

    boolean has(String name) {
        return values.get(prefix + name) != null;
    }

    /** The object of this name, an empty one when it is absent. */
    ConfigFields object(String name) {
        if (!has(name)) {
            return new ConfigFields(where + ": " + name, "", Map.of());
        }
        if (!(values.get(prefix + name) instanceof Map<?, ?> object)) {
            throw wrong(name, "an object");
        }
        @SuppressWarnings("unchecked")                                     // names of configuration fields are texts
        Map<String, ?> fields = (Map<String, ?>) object;
        return new ConfigFields(where + ": " + name, "", fields);
    }

    double number(String name) {
        if (!has(name)) {
            throw Problem.failed(where + " does not say " + prefix + name, "without it nobody knows how far positions are stretched",
                    "restore the file");
        }
        if (!(values.get(prefix + name) instanceof Number number) || !Double.isFinite(number.doubleValue())) {
            throw wrong(name, "a finite number");
        }
        return number.doubleValue();
    }

    double number(String name, double absent) {
        return has(name) ? number(name) : absent;
    }

    int whole(String name) {
        double number = number(name);
        if (number != Math.rint(number) || number < 1 || number > Integer.MAX_VALUE) {
            throw wrong(name, "a whole number from 1 to 2147483647");
        }
        return (int) number;
    }

    String text(String name, String absent) {
        if (!has(name)) {
            return absent;
        }
        if (!(values.get(prefix + name) instanceof String text)) {
            throw wrong(name, "a text");
        }
        return text;
    }

    boolean flag(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        if (!(values.get(prefix + name) instanceof Boolean flag)) {
            throw wrong(name, "true or false");
        }
        return flag;
    }

    /** What {@code reading} makes of the fields; a value out of range is a problem of this file. */
    <T> T checked(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new Problem(where + " cannot be used", e.getMessage(), "restore the file", Problem.FAILED, e);
        }
    }

    private Problem wrong(String name, String kind) {
        String found = String.valueOf(values.get(prefix + name));
        return Problem.failed(where + ": " + prefix + name + " is " + (found.length() > 60 ? found.substring(0, 60) + "..." : found),
                "it must be " + kind,
                "restore the file");
    }
}
