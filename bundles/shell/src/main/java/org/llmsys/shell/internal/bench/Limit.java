package org.llmsys.shell.internal.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast a contestant could be at best: it needs so many readings of memory, which take turns with it.
 *
 * <pre>
 *   share = median over the rounds of (readings * time of one reading / time of the contestant)
 * </pre>
 *
 * @param reading  of the bytes of one token
 * @param readings of one call of the contestant: its tokens
 */
record Limit(MemoryReading reading, int readings) {

    /** By the names they have in JSON: {@code bytesPerToken}; {@code readBandwidth}, bytes a second; {@code readShare}, 1 is the limit. */
    Map<String, Double> facts(double[] own, double[] readingTimes) {
        Map<String, Double> facts = new LinkedHashMap<>();
        facts.put("bytesPerToken", (double) reading.bytes());
        facts.put("readBandwidth", reading.bytes() / Turns.median(readingTimes));
        facts.put("readShare", readings * Turns.ratio(own, readingTimes));
        return facts;
    }

    /** The same for people. */
    List<Remark> remarks(double[] own, double[] readingTimes) {
        double reads = Turns.median(readingTimes);
        return List.of(new Remark("weights read for each token", reading.bytes() / 1e6, "MB"),
                new Remark("reading as many bytes", reading.bytes() / reads / 1e9, "GB/s"),
                new Remark("tokens/s that reading alone would allow", 1 / reads, "tokens/s"),
                new Remark("share of that", 100 * readings * Turns.ratio(own, readingTimes), "%"));
    }
}
