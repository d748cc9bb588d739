package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Inventory;
import org.llmsys.integration.inside.WritingOn;
import org.llmsys.testkit.ProcessMemory;

/** The bundle with the native library is updated while a generation runs on it: every text keeps its bits, and nothing stays behind. */
class NativeUpdateTest {

    private static final String BINDINGS = "org.llmsys.bindings";
    private static final long GROWTH = 16L << 20;

    @TempDir
    Path folder;

    @Test
    @DisplayName("10 updates under generation: every text is the same")
    void fewUpdates() throws Exception {
        updates(0, 10);
    }

    @Test
    @Tag("long")
    @DisplayName("500 updates under generation: every text is the same, and threads, classes and native memory do not grow")
    void manyUpdates() throws Exception {
        updates(140, 500);
    }

    private void updates(int before, int count) throws Exception {
        Assumptions.assumeTrue(ProcessMemory.known(), "this system does not tell what a process holds");
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, List<String>> house = workbench.inside(Inventory.class, "");
            Assumptions.assumeTrue(house.get("listed").stream().anyMatch(line -> line.contains("matmul") && line.contains("native")),
                    "there is no native library: its build was left out");
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong rounds = new AtomicLong();
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            Thread writing = workbench.inside(WritingOn.class, Map.of("over", over, "rounds", rounds, "wrong", wrong));
            try {
                update(workbench, before, rounds, wrong);                 // until caches of the framework are as large as they get
                System.gc();
                long bytes = before == 0 ? Long.MAX_VALUE - GROWTH : ProcessMemory.settledBytes();
                long threads = ProcessMemory.threads();
                update(workbench, count, rounds, wrong);
                System.gc();
                long bytesAfter = before == 0 ? 0 : ProcessMemory.settledBytes();
                String seen = rounds + " texts, threads " + threads + " to " + ProcessMemory.threads() + ", native memory " + bytes + " to "
                        + bytesAfter + ", libraries " + ProcessMemory.mapped("libllmsys").size();
                assertEquals(List.of(), List.copyOf(wrong), seen);
                assertTrue(rounds.get() > count / 2, () -> "too few texts to prove anything: " + seen);
                assertTrue(ProcessMemory.threads() <= threads + 8, seen);
                assertTrue(bytesAfter <= bytes + GROWTH, seen);
                System.out.println("updates under generation: " + seen);
            } finally {
                over.set(true);
                writing.join(60_000);
            }
        }
    }

    private static void update(EmbeddedWorkbench workbench, int count, AtomicLong rounds, Queue<String> wrong) throws Exception {
        for (int i = 0; i < count && wrong.isEmpty(); i++) {
            workbench.updateAndRefresh(BINDINGS);
            long next = rounds.get() + 1;
            for (int wait = 0; wait < 600 && rounds.get() < next && wrong.isEmpty(); wait++) {      // each revision writes
                Thread.sleep(5);
            }
            if (i % 5 == 4) {
                System.gc();
            }
        }
    }
}
