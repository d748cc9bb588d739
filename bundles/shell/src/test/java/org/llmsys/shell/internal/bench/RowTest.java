package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RowTest {

    private final Row alone = Row.alone("matmul", "naive", "8x8x8", 1, 1.25, "GFLOP/s");
    private final Row beside = new Row("matmul", "naive", "(1,8)·(9,8)ᵀ", 2, 1.25, "GB/s", "numpy", 2.5, 0.52);

    @Test
    @DisplayName("a row comes back from another process as it was sent, with and without a peer")
    void betweenProcesses() {
        assertEquals(alone, Row.ofLine(alone.line()));
        assertEquals(beside, Row.ofLine(beside.line()));
    }

    @Test
    @DisplayName("as JSON a row has the fields that are promised; the last three only with a peer")
    void json() {
        assertEquals(List.of("slot", "name", "case", "threads", "value", "unit"), List.copyOf(alone.json().keySet()));
        assertEquals(List.of("slot", "name", "case", "threads", "value", "unit", "peer", "peerValue", "ratio"), List.copyOf(beside.json().keySet()));
        assertEquals("(1,8)·(9,8)ᵀ", beside.json().get("case"));
        assertEquals(0.52, beside.json().get("ratio"));
    }

    @Test
    @DisplayName("facts stand behind the promised fields, and come back from another process too")
    void facts() {
        Row row = beside.with(Map.of("bytesPerToken", 6.1e7));
        assertEquals(row, Row.ofLine(row.line()));
        assertEquals(6.1e7, row.json().get("bytesPerToken"));
    }

    @Test
    @DisplayName("a time is shown in its unit, a rate as what was done in a second")
    void measures() {
        assertEquals(20, new Measure.Time("ms", 1e3).of(0.02), 1e-12);
        assertEquals(100, new Measure.Rate("GFLOP/s", 2).of(0.02), 1e-12);
    }
}
