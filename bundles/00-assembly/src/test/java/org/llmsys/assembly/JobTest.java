package org.llmsys.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Progress, cancel, pause. */
@Timeout(30)
class JobTest {

    @Test
    @DisplayName("the watcher sees each report: units done, percent, the last word")
    void progress() {
        List<Job.Progress> seen = new ArrayList<>();
        Job job = new Job("training", "steps", 4, seen::add);
        job.say("warming up");
        job.advance(1);
        job.advance(4);
        assertEquals(List.of(0L, 1L, 4L), seen.stream().map(Job.Progress::done).toList());
        assertEquals(25.0, seen.get(1).percent());
        assertEquals(100.0, seen.get(2).percent());
        assertEquals("warming up", seen.get(2).message());
        assertTrue(seen.get(1).etaSeconds() >= 0);
        assertEquals(0.0, seen.get(2).etaSeconds());
    }

    @Test
    @DisplayName("an unknown total gives no percent and no time left")
    void unknownTotal() {
        Job job = Job.silent("reading");
        job.advance(10);
        assertTrue(Double.isNaN(job.progress().percent()));
        assertTrue(Double.isNaN(job.progress().etaSeconds()));
    }

    @Test
    @DisplayName("a resumed run does not count old steps into its rate")
    void resumedRun() {
        Job job = new Job("training", "steps", 2000, progress -> { });
        job.startAt(1000);
        assertEquals(0.0, job.progress().rate());
        assertEquals(50.0, job.progress().percent());
    }

    @Test
    @DisplayName("cancelling ends the worker at its next report")
    void cancel() {
        Job job = new Job("training", "steps", 4, progress -> { });
        job.advance(1);
        job.cancel();
        assertTrue(job.cancelled());
        assertThrows(CancellationException.class, () -> job.advance(2));
    }

    @Test
    @DisplayName("a paused worker waits until it is resumed, and the pause does not count into the rate")
    void pause() throws Exception {
        long start = System.nanoTime();
        CountDownLatch reported = new CountDownLatch(1);
        Job job = new Job("training", "steps", 4, progress -> reported.countDown());
        job.pause();
        CompletableFuture<Void> worker = CompletableFuture.runAsync(() -> job.advance(1));
        assertTrue(reported.await(10, TimeUnit.SECONDS));
        assertThrows(TimeoutException.class, () -> worker.get(150, TimeUnit.MILLISECONDS));
        double rate = job.progress().rate();
        assertThrows(TimeoutException.class, () -> worker.get(150, TimeUnit.MILLISECONDS));
        assertEquals(rate, job.progress().rate(), "the rate stands still while the job is paused");
        job.resume();
        worker.get(10, TimeUnit.SECONDS);
        double worked = 1 / job.progress().rate();
        double elapsed = (System.nanoTime() - start) / 1e9;
        assertTrue(worked < elapsed - 0.1, worked + " s of work in " + elapsed + " s");
    }

    @Test
    @DisplayName("a paused worker can be cancelled")
    void cancelWhilePaused() {
        Job job = new Job("training", "steps", 4, progress -> { });
        job.pause();
        CompletableFuture<Void> worker = CompletableFuture.runAsync(() -> job.advance(1));
        job.cancel();
        RuntimeException ended = assertThrows(RuntimeException.class, worker::join);
        Throwable cause = ended instanceof CompletionException ? ended.getCause() : ended;
        assertTrue(cause instanceof CancellationException, String.valueOf(cause));
    }
}
