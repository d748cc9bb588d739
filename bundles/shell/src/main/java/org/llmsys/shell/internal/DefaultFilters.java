package org.llmsys.shell.internal;

import java.util.List;
import java.util.Map;

import org.llmsys.inference.GenerationOptions.FilterChoice;

/** How {@code demo} writes: as {@code generate} does when nothing is said. */
record DefaultFilters() {

    static final long SEED = 42;
    private static final double TEMPERATURE = 0.8;

    List<FilterChoice> list() {
        return List.of(new FilterChoice("temperature", Map.of("temperature", TEMPERATURE)));
    }
}
