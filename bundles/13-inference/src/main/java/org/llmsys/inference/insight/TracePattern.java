package org.llmsys.inference.insight;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.TraceBus;

/**
 * Which places someone wants to see: globs in which {@code *} stands for any characters, as the trace bus knows them. No regular expressions.
 *
 * <pre>{@code
 * TracePattern.of("blocks.0.attn.*,ln_final.hook_normalized").matches("blocks.0.attn.hook_pattern");     // true
 * }</pre>
 *
 * @param globs at least one of them has to match; none match nothing
 */
public record TracePattern(List<String> globs) {

    /** Everything there is. */
    public static final TracePattern ALL = new TracePattern(List.of("*"));

    public TracePattern {
        globs = List.copyOf(globs);
    }

    /** From a list as people type it, with commas. */
    public static TracePattern of(String list) {
        return new TracePattern(Arrays.stream(list.split(",")).map(String::strip).filter(glob -> !glob.isEmpty()).toList());
    }

    public boolean matches(String place) {
        TraceBus bus = TraceBus.standalone();
        globs.forEach(glob -> bus.listen(glob, (heard, value) -> { }));
        return bus.wanted(place);
    }
}
