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
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

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
    /** As many as a text has. */
    private static final int STEPS = 40;

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
            AtomicLong natives = new AtomicLong();
            AtomicLong others = new AtomicLong();
            Lock turn = new ReentrantLock(true);
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            Thread writing = workbench.inside(WritingOn.class,
                    Map.of("over", over, "rounds", rounds, "natives", natives, "others", others, "turn", turn, "wrong", wrong));
            try {
                update(workbench, before, natives, wrong);                // until caches of the framework are as large as they get
                long bytes = before == 0 ? Long.MAX_VALUE - GROWTH : quietBytes(turn);
                long threads = ProcessMemory.threads();
                long nativesBefore = natives.get();
                update(workbench, count, natives, wrong);
                long bytesAfter = before == 0 ? 0 : quietBytes(turn);
                String seen = rounds + " texts, threads " + threads + " to " + ProcessMemory.threads() + ", native memory " + bytes + " to "
                        + bytesAfter + ", libraries " + ProcessMemory.mapped("libllmsys").size() + ", steps by native " + natives
                        + ", by others " + others;
                assertEquals(List.of(), List.copyOf(wrong), seen);
                assertTrue(rounds.get() > count / 2, () -> "too few texts to prove anything: " + seen);
                assertTrue(natives.get() - nativesBefore >= (long) STEPS * count, () -> "not every revision served: " + seen);
                assertTrue(ProcessMemory.threads() <= threads + 8, seen);
                assertTrue(bytesAfter <= bytes + GROWTH, seen);
                System.out.println("updates under generation: " + seen);
            } finally {
                over.set(true);
                writing.join(60_000);
            }
        }
    }

    /** What the process holds while nobody writes: Java's compiler, which keeps megabytes while it is busy, has an end then. */
    private static long quietBytes(Lock turn) throws InterruptedException {
        turn.lock();
        try {
            System.gc();
            return ProcessMemory.settledBytes();
        } finally {
            turn.unlock();
        }
    }

    private static void update(EmbeddedWorkbench workbench, int count, AtomicLong natives, Queue<String> wrong) throws Exception {
        for (int i = 0; i < count && wrong.isEmpty(); i++) {
            workbench.updateAndRefresh(BINDINGS);
            long next = natives.get() + STEPS;
            for (int wait = 0; wait < 2000 && natives.get() < next && wrong.isEmpty(); wait++) {    // each revision serves a text
                Thread.sleep(5);
            }
            if (i % 5 == 4) {
                System.gc();
            }
        }
    }
}
