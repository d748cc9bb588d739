package org.llmsys.assembly.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The selections as they are written to a configuration, and what comes back from it.
 *
 * <p>A configuration service tells of each change later and on a thread of its own. So our own words come back, some of them when we
 * have already said something newer: each writing carries who wrote it and a number, and an older echo is ignored.
 */
final class StoredSelections {

    static final String WRITER = "llmsys.writer";
    static final String REVISION = "llmsys.revision";

    private final String writer = UUID.randomUUID().toString();
    private long revision;
    private Map<String, String> written = Map.of();

    /** The properties to store for these selections. */
    synchronized Map<String, Object> toWrite(Map<String, String> selections) {
        written = Map.copyOf(selections);
        revision++;
        Map<String, Object> properties = new HashMap<>(selections);
        properties.put(WRITER, writer);
        properties.put(REVISION, revision);
        return properties;
    }

    /** The selections in these properties when they are news; null when they are an echo of what was written here. */
    synchronized Map<String, String> news(Map<String, ?> properties) {
        Map<String, String> selections = selections(properties);
        if (writer.equals(properties.get(WRITER))) {
            long told = properties.get(REVISION) instanceof Number number ? number.longValue() : 0;
            if (told < revision || selections.equals(written)) {
                return null;
            }
        }
        return selections;
    }

    /** Slots have no dot in their names; everything else in a configuration has. */
    private static Map<String, String> selections(Map<String, ?> properties) {
        Map<String, String> selections = new HashMap<>();
        properties.forEach((key, value) -> {
            if (key.indexOf('.') < 0 && value instanceof String name && !name.isBlank() && !name.equals(Switchboard.AUTO)) {
                selections.put(key, name);
            }
        });
        return selections;
    }
}
