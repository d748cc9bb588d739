package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.testkit.ProcessMemory;

/** Each revision of the bundle with the library has a copy of its own; an update must leave nothing of the one before. */
class UpdatesTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("20 updates with work and forgotten memory in each leave one library mapped, and the same threads")
    void updatesLeaveNothing() throws Exception {
        try (Revisions revisions = Revisions.orSkip(folder)) {
            assertNotNull(revisions.service("org.llmsys.bindings.NativeMemory", null), () -> "there is no memory service: " + revisions.states());
            updates(revisions, 5);
            long threads = ProcessMemory.threads();
            updates(revisions, 20);
            assertEquals(1, revisions.mappings(), "copies of the library are still mapped");
            // Java's own come and go
            assertTrue(ProcessMemory.threads() <= threads + 2, () -> "there are " + ProcessMemory.threads() + " threads, not " + threads);
        }
    }

    @Test
    @Tag("long")
    @DisplayName("500 updates leave no more classes, Java heap or native memory either")
    void updatesCostNothing() throws Exception {
        try (Revisions revisions = Revisions.orSkip(folder)) {
            updates(revisions, 140);                                      // until caches of the framework are as large as they get
            long threads = ProcessMemory.threads();
            long resident = ProcessMemory.settledBytes();
            long heap = ProcessMemory.liveHeapBytes();
            int classes = ProcessMemory.loadedClasses();

            updates(revisions, 500);

            long residentAfter = ProcessMemory.settledBytes();
            long heapAfter = ProcessMemory.liveHeapBytes();
            String seen = "threads " + threads + " to " + ProcessMemory.threads() + ", classes "
                    + classes + " to " + ProcessMemory.loadedClasses() + ", heap " + heap
                    + " to " + heapAfter + ", native memory " + resident + " to " + residentAfter;
            assertEquals(1, revisions.mappings(), seen);
            assertTrue(ProcessMemory.threads() <= threads + 2, seen);
            assertTrue(ProcessMemory.loadedClasses() <= classes + 10, seen);
            assertTrue(heapAfter <= heap + heap / 50 + (1 << 20), seen);
            assertTrue(residentAfter <= resident + (16L << 20), seen);
        }
    }

    private static void updates(Revisions revisions, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            assertEquals(2, revisions.product());
            assertNotNull(revisions.forgottenBlock());
            revisions.update();
        }
        assertEquals(2, revisions.product());
        revisions.collect();
    }
}
