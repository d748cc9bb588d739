package org.llmsys.training;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * Records of numbers, texts, enums and records, as JSON objects with the components' names. NaN is written as null, which JSON has. Where a
 * component may be one of several records, "kind" says which: {@code {"kind": "linear", "factor": 2.0}}.
 *
 * <p>Every component goes through here, so a new one in a configuration is read, written and compared without another line.
 */
final class RecordJson {

    private static final String KIND = "kind";

    private RecordJson() {
    }

    /** A record as JSON, one component a line. */
    static String write(Record value) {
        return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(tree(value)) + "\n";
    }

    /** The record that the JSON describes; what it leaves out is taken from {@code base}. */
    static <R extends Record> R read(String json, R base, String source) {
        return merge(parse(json, source), base, source, "");
    }

    /** One text of a JSON object, or null when it has none. */
    static String text(String json, String name, String source) {
        JsonElement value = parse(json, source).get(name);
        return value instanceof JsonPrimitive p && p.isString() ? p.getAsString() : null;
    }

    /** Whether the object of this name has such a component. */
    static boolean has(String json, String object, String component, String source) {
        return parse(json, source).get(object) instanceof JsonObject nested && nested.has(component);
    }

    /** The record with one component changed. */
    static <R extends Record> R changed(R value, String component, Object to) {
        Map<String, Object> components = components(value);
        if (components.replace(component, to) == null) {
            throw new IllegalArgumentException(value.getClass().getSimpleName() + " has no component " + component);
        }
        return construct(value, components);
    }

    /** Name to value, nested names joined by a dot. */
    static Map<String, Object> flat(Record value) {
        Map<String, Object> flat = new LinkedHashMap<>();
        components(value).forEach((name, part) -> {
            if (part instanceof Record nested) {
                if (type(value, name) != nested.getClass()) {
                    flat.put(name + "." + KIND, kindOf(nested.getClass()));
                }
                flat(nested).forEach((inner, leaf) -> flat.put(name + "." + inner, leaf));
            } else {
                flat.put(name, part);
            }
        });
        return flat;
    }

    private static JsonObject parse(String json, String source) {
        try {
            if (JsonParser.parseString(json) instanceof JsonObject object) {
                return object;
            }
            throw damaged(source, "it is not a JSON object");
        } catch (JsonParseException | StackOverflowError e) {
            throw damaged(source, "it is not JSON: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static JsonObject tree(Record value) {
        JsonObject object = new JsonObject();
        components(value).forEach((name, part) -> object.add(name, switch (part) {
            case null -> JsonNull.INSTANCE;
            case Record nested -> tree(nested, type(value, name));
            case Enum<?> constant -> new JsonPrimitive(constant.name());
            case Double d when !Double.isFinite(d) -> JsonNull.INSTANCE;
            case Float f -> new JsonPrimitive(Double.parseDouble(f.toString()));
            case Number number -> new JsonPrimitive(number);
            case Boolean b -> new JsonPrimitive(b);
            default -> new JsonPrimitive(part.toString());
        }));
        return object;
    }

    /** A record in a place that has this type: when that says less than the record's own, the kind is written too. */
    private static JsonObject tree(Record value, Class<?> place) {
        JsonObject object = new JsonObject();
        if (place != value.getClass()) {
            object.addProperty(KIND, kindOf(value.getClass()));
        }
        tree(value).asMap().forEach(object::add);
        return object;
    }

    private static String kindOf(Class<?> record) {
        return record.getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static Class<?> type(Record value, String component) {
        return Arrays.stream(value.getClass().getRecordComponents()).filter(c -> c.getName().equals(component)).findFirst().orElseThrow().getType();
    }

    /** The record of the kind that the JSON names; all of its components stand there, unless the base is of this kind. */
    private static Record ofKind(JsonObject object, Class<?> type, Record base, String source, String path) {
        JsonObject rest = object.deepCopy();
        JsonElement named = rest.remove(KIND);
        String kind = named == null ? kindOf(base.getClass()) : named.getAsString();
        if (kind.equals(kindOf(base.getClass()))) {
            return merge(rest, base, source, path + ".");
        }
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isRecord() && kindOf(permitted).equals(kind)) {
                return made(rest, permitted, source, path);
            }
        }
        throw new IllegalStateException(kind);
    }

    private static Record made(JsonObject object, Class<?> type, String source, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            JsonElement given = object.remove(components[i].getName());
            if (given == null || !components[i].getType().isPrimitive()) {
                throw damaged(source, path + "." + components[i].getName() + " is missing, or cannot be written here");
            }
            values[i] = value(given, components[i].getType(), null, source, path + "." + components[i].getName());
        }
        if (!object.isEmpty()) {
            throw damaged(source, "it has no use for " + path + "." + object.keySet().iterator().next());
        }
        return construct(type, values);
    }

    private static <R extends Record> R merge(JsonObject object, R base, String source, String path) {
        Map<String, Object> components = components(base);
        for (Map.Entry<String, JsonElement> given : object.entrySet()) {
            String name = given.getKey();
            if (!components.containsKey(name)) {
                throw damaged(source, "it has no use for " + path + name + "; " + Names.suggestion(name, components.keySet()));
            }
            RecordComponent component = Arrays.stream(base.getClass().getRecordComponents())
                    .filter(c -> c.getName().equals(name)).findFirst().orElseThrow();
            components.put(name, value(given.getValue(), component.getType(), components.get(name), source, path + name));
        }
        return construct(base, components);
    }

    private static Object value(JsonElement json, Class<?> type, Object base, String source, String path) {
        try {
            if (base instanceof Record nested && type.isSealed()) {
                return ofKind(json.getAsJsonObject(), type, nested, source, path);
            }
            if (base instanceof Record nested) {
                return merge(json.getAsJsonObject(), nested, source, path + ".");
            }
            if (type.isEnum()) {
                String name = json.getAsString();
                return Arrays.stream(type.getEnumConstants()).filter(c -> ((Enum<?>) c).name().equals(name)).findFirst()
                        .orElseThrow(() -> new IllegalStateException(name));
            }
            if (json.isJsonNull()) {
                if (type == double.class) {
                    return Double.NaN;
                }
                throw new IllegalStateException("nothing");
            }
            JsonPrimitive p = json.getAsJsonPrimitive();
            if (type == boolean.class ? !p.isBoolean() : type == String.class ? !p.isString() : !p.isNumber()) {
                throw new IllegalStateException(json.toString());
            }
            return switch (type.getName()) {
                case "int" -> p.getAsBigDecimal().intValueExact();
                case "long" -> p.getAsBigDecimal().longValueExact();
                case "double" -> p.getAsDouble();
                case "float" -> p.getAsFloat();
                case "boolean" -> p.getAsBoolean();
                default -> p.getAsString();
            };
        } catch (IllegalStateException | ClassCastException | IllegalArgumentException | ArithmeticException e) {
            throw damaged(source, path + " cannot be " + json + "; it takes " + kind(type));
        }
    }

    private static String kind(Class<?> type) {
        return switch (type.getName()) {
            case "int", "long" -> "a whole number";
            case "double", "float" -> "a number";
            case "boolean" -> "true or false";
            default -> type.isEnum() ? "one of " + Arrays.toString(type.getEnumConstants())
                    : type.isSealed() ? "a JSON object, its kind one of "
                            + Arrays.stream(type.getPermittedSubclasses()).map(RecordJson::kindOf).toList()
                    : type.isRecord() ? "a JSON object" : "a text";
        };
    }

    private static Map<String, Object> components(Record value) {
        Map<String, Object> components = new LinkedHashMap<>();
        try {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                components.put(component.getName(), component.getAccessor().invoke(value));
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot look into " + value.getClass(), e);
        }
        return components;
    }

    @SuppressWarnings("unchecked")
    private static <R extends Record> R construct(R like, Map<String, Object> components) {
        return (R) construct(like.getClass(), components.values().toArray());
    }

    private static Record construct(Class<?> record, Object[] components) {
        Class<?>[] types = Arrays.stream(record.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return (Record) record.getDeclaredConstructor(types).newInstance(components);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Problem || e.getCause() instanceof IllegalArgumentException) {      // the record refused a value
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException("cannot make " + Arrays.toString(components), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + record.getSimpleName() + " of " + Arrays.toString(components), e);
        }
    }

    private static Problem damaged(String source, String why) {
        return Problem.failed("cannot read " + source, why, "mend the file; `{\"preset\": \"tiny\"}` is the shortest good configuration");
    }
}
