package org.llmsys.inference;

import org.llmsys.assembly.Problem;

/**
 * What the sequences of one engine may hold together: see {@link InferenceEngine#within}.
 *
 * @param bytes    the sum of what they need at most, {@link SessionMemory}
 * @param sessions open at the same time
 */
public record EngineLimits(long bytes, int sessions) {

    /** No limit. */
    public static final EngineLimits NONE = new EngineLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

    /** @throws Problem for a negative number */
    public EngineLimits {
        if (bytes < 0 || sessions < 0) {
            throw Problem.misused("an engine cannot be limited to " + bytes + " bytes and " + sessions + " sessions",
                    "both must be 0 or more", "give larger numbers");
        }
    }

    /** So many bytes, any number of sessions. */
    public static EngineLimits ofBytes(long bytes) {
        return new EngineLimits(bytes, Integer.MAX_VALUE);
    }
}
