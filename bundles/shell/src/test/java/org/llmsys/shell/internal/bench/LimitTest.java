package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.tensor.WorkerPool;

class LimitTest {

    @Test
    @DisplayName("the share is the time of as many readings over the time of the work, round by round")
    void share() {
        Limit limit = new Limit(new MemoryReading(WorkerPool.SERIAL, 4000), 10);
        Map<String, Double> facts = limit.facts(new double[] {1, 2, 4}, new double[] {0.08, 0.1, 0.3});
        assertEquals(4000, facts.get("bytesPerToken"));
        assertEquals(40_000, facts.get("readBandwidth"), 1e-6);
        assertEquals(0.75, facts.get("readShare"), 1e-12);                     // 0.8, 0.5 and 0.75: the one in the middle
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 13, 207, 1_000_004})
    @DisplayName("every number is read, whatever the pieces: a sum that is wrong would be an error")
    void readsAll(long bytes) {
        try (WorkerPool pool = WorkerPool.of(3)) {
            for (WorkerPool each : new WorkerPool[] {WorkerPool.SERIAL, pool}) {
                MemoryReading reading = new MemoryReading(each, bytes);
                assertEquals(Math.max(4, bytes / 4 * 4), reading.bytes());
                assertTrue(reading.seconds(2, Clock.WALL) > 0);
            }
        }
    }
}
