package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.Ear;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.OtherScale;
import org.llmsys.assembly.internal.Fixture.Scale;

/** Providers that go while they are in use, that are missing, and that come back. */
@Timeout(60)
class LeavingTest {

    private final Ear ear = new Ear();

    private static StandaloneAssemblies assemblies(long drainMillis, long pauseMillis, Object... providers) {
        return new StandaloneAssemblies(List.of(providers), Fixture.settings(drainMillis, pauseMillis));
    }

    private StepRunner<Need<Scale>> runner(Assemblies assemblies) {
        return assemblies.runner("test", needs -> needs.add(Scale.class, "double"), ear);
    }

    /** One step: who answers? */
    private static int mark(StepRunner<Need<Scale>> runner) {
        return runner.run((need, step) -> step.get(need).mark());
    }

    @Test
    @DisplayName("a provider that stops waits until the step that holds it is over, and the step is not disturbed")
    void drain() {
        StandaloneAssemblies assemblies = assemblies(20_000, 1000, new GoodScale(), new OtherScale());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean stepOver = new AtomicBoolean();
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> {
                int mark = runner.run((need, lease) -> {
                    inside.countDown();
                    Fixture.await(go);
                    return lease.get(need).mark();
                }, result -> null, (need, lease, result) -> stepOver.set(true));
                return mark;
            });
            Fixture.await(inside);
            CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(() -> {
                assemblies.leave("scale", "good");
                return stepOver.get();
            });
            assertThrows(TimeoutException.class, () -> stop.get(200, TimeUnit.MILLISECONDS));
            go.countDown();
            assertTrue(stop.join(), "the stop returned before the step was committed");
            assertEquals(1, step.join());
            assertEquals(2, mark(runner));
        }
        assertEquals(List.of(), ear.heard);
    }

    @Test
    @DisplayName("past the bound the stop returns, and the step is rerun on the next provider as soon as it asks again")
    void doom() {
        StandaloneAssemblies assemblies = assemblies(50, 1000, new GoodScale(), new OtherScale());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicInteger commits = new AtomicInteger();
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> runner.run((need, lease) -> {
                if (inside.getCount() > 0) {
                    inside.countDown();
                    Fixture.await(stopped);
                }
                return lease.get(need).mark();
            }, result -> null, (need, lease, result) -> commits.incrementAndGet()));
            Fixture.await(inside);
            assemblies.leave("scale", "good");
            stopped.countDown();
            assertEquals(2, step.join());
            assertEquals(1, commits.get());
        }
        assertEquals(List.of("repeated"), ear.heard);
    }

    @Test
    @DisplayName("a doomed attempt that asks for nothing more is thrown away all the same")
    void doomedResultIsThrownAway() {
        StandaloneAssemblies assemblies = assemblies(50, 1000, new GoodScale(), new OtherScale());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> runner.run((need, lease) -> {
                int mark = lease.get(need).mark();
                if (inside.getCount() > 0) {
                    inside.countDown();
                    Fixture.await(stopped);
                }
                return mark;
            }));
            Fixture.await(inside);
            assemblies.leave("scale", "good");
            stopped.countDown();
            assertEquals(2, step.join());
        }
    }

    @Test
    @DisplayName("a step that stops its own provider does not wait for itself: it is rerun")
    void selfStop() {
        StandaloneAssemblies assemblies = assemblies(60_000, 1000, new GoodScale(), new OtherScale());
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            int mark = runner.run((need, lease) -> {
                if (lease.nameOf(need).equals("good")) {
                    assemblies.leave("scale", "good");
                }
                return lease.get(need).mark();
            });
            assertEquals(2, mark);
        }
    }

    @Test
    @DisplayName("a commit in progress is waited for and not torn apart")
    void commitIsNotDoomed() {
        StandaloneAssemblies assemblies = assemblies(50, 1000, new GoodScale(), new OtherScale());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicInteger committed = new AtomicInteger();
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> runner.run((need, lease) -> 0, result -> null,
                    (need, lease, result) -> {
                        inside.countDown();
                        Fixture.await(stopped);
                        committed.addAndGet(lease.get(need).mark());
                    }));
            Fixture.await(inside);
            assemblies.leave("scale", "good");
            stopped.countDown();
            step.join();
            assertEquals(1, committed.get());
        }
    }

    @Test
    @DisplayName("without a provider the step pauses, says what is missing, and goes on by itself when one comes")
    void pauseAndResume() {
        StandaloneAssemblies assemblies = assemblies(1000, 20_000, new GoodScale());
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            assertEquals(1, mark(runner));
            assemblies.leave("scale", "good");
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> mark(runner));
            Fixture.await(ear.paused);
            assertFalse(step.isDone());
            assemblies.arrive(new OtherScale());
            assertEquals(2, step.join());
        }
        assertEquals(List.of("paused scale double", "resumed scale double"), ear.heard);
    }

    @Test
    @DisplayName("another algorithm is no substitute: the pause ends at its bound with a Problem that names what is missing")
    void pauseBound() {
        StandaloneAssemblies assemblies = assemblies(1000, 100, new Fixture.TripleScale());
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            Problem problem = assertThrows(Problem.class, () -> runner.run((need, lease) -> 1));
            assertTrue(problem.text().contains("scale (double)"), problem.text());
        }
    }

    @Test
    @DisplayName("closing the runner or interrupting its thread ends a pause with CancellationException")
    void endOfPause() throws Exception {
        StandaloneAssemblies assemblies = assemblies(1000, 60_000);
        StepRunner<Need<Scale>> runner = runner(assemblies);
        CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> runner.run((need, lease) -> 1));
        Fixture.await(ear.paused);
        runner.close();
        Throwable closed = assertThrows(ExecutionException.class, () -> step.get(20, TimeUnit.SECONDS)).getCause();
        assertEquals(CancellationException.class, closed instanceof CancellationException ? CancellationException.class : closed.getClass());

        Ear second = new Ear();
        AtomicBoolean cancelled = new AtomicBoolean();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (StepRunner<Need<Scale>> other = assemblies.runner("test", needs -> needs.add(Scale.class, "double"), second)) {
                other.run((need, lease) -> 1);
            } catch (CancellationException e) {
                cancelled.set(Thread.currentThread().isInterrupted());
            }
        });
        Fixture.await(second.paused);
        thread.interrupt();
        thread.join(20_000);
        assertTrue(cancelled.get(), "cancelled, and the interrupt is still to be seen");
    }

    /** A provider whose making is up to the test. */
    private record Made(Supplier<Object> maker) implements Entry.Source {

        @Override
        public Object make() {
            return maker.get();
        }

        @Override
        public void release() {
        }

        @Override
        public boolean withdrawn() {
            return false;
        }
    }

    private static void arrive(StandaloneAssemblies assemblies, long id, String name, int ranking, Supplier<Object> maker) {
        assemblies.switchboard().arrive(new Entry(id, new Made(maker)),
                new Candidate("scale", "double", name, "", "", "", ranking, id, "bundle", null));
    }

    @Test
    @DisplayName("a provider that cannot be started is passed over and quarantined; alone it fails the step with its name")
    void cannotStart() {
        StandaloneAssemblies assemblies = assemblies(1000, 1000, new GoodScale());
        arrive(assemblies, 50, "null", 9, () -> null);
        arrive(assemblies, 51, "throws", 8, () -> {
            throw new IllegalStateException("no such device");
        });
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            assertEquals(1, mark(runner));
        }
        List<Candidate> candidates = assemblies.current().candidates("scale");
        assertEquals(List.of("good", "null", "throws"), candidates.stream().map(Candidate::name).toList());
        assertTrue(candidates.get(2).quarantine().contains("no such device"));

        StandaloneAssemblies alone = assemblies(1000, 1000);
        arrive(alone, 50, "null", 9, () -> null);
        try (StepRunner<Need<Scale>> runner = runner(alone)) {
            Problem problem = assertThrows(Problem.class, () -> runner.run((need, lease) -> 1));
            assertTrue(problem.text().contains("scale:null"), problem.text());
        }
        assertEquals(null, alone.current().candidates("scale").getFirst().quarantine());
    }

    @Test
    @DisplayName("a provider of another revision of the interface is passed over and never quarantined")
    void classMismatch() {
        StandaloneAssemblies assemblies = assemblies(1000, 1000, new GoodScale());
        arrive(assemblies, 50, "old", 9, () -> "not a Scale");
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            assertEquals(1, mark(runner));
        }
        assertEquals(null, assemblies.current().candidates("scale").getFirst().quarantine());
    }

    @Test
    @DisplayName("a lazily made instance is made once, however many steps and threads ask, and released when the provider goes")
    void madeOnce() {
        StandaloneAssemblies assemblies = assemblies(1000, 1000);
        AtomicInteger made = new AtomicInteger();
        arrive(assemblies, 50, "lazy", 0, () -> {
            made.incrementAndGet();
            return new GoodScale();
        });
        assertEquals(0, made.get());
        try (StepRunner<Need<Scale>> runner = runner(assemblies)) {
            for (int i = 0; i < 5; i++) {
                mark(runner);
                assemblies.use("scale", "lazy");
            }
        }
        assertEquals(1, made.get());
    }

    @Test
    @DisplayName("a provider that goes between binding and lease is not used: the lease starts over")
    void goesBeforeTheLease() {
        StandaloneAssemblies assemblies = assemblies(1000, 1000, new GoodScale(), new OtherScale());
        // Shift is bound after scale, and while it is being made the provider of scale goes.
        assemblies.switchboard().arrive(new Entry(70, new Made(() -> {
            assemblies.leave("scale", "good");
            return new Fixture.GoodShift();
        })), new Candidate("shift", "plus-one", "late", "", "", "", 0, 70, "", null));
        record Net(Need<Scale> scale, Need<Fixture.Shift> shift) {
        }
        try (StepRunner<Net> runner = assemblies.runner("test", needs -> new Net(needs.add(Scale.class, "double"),
                needs.add(Fixture.Shift.class, "plus-one")), ear)) {
            assertEquals("other", runner.run((net, step) -> step.nameOf(net.scale)));
        }
    }

    @Test
    @DisplayName("a tool that holds a provider is waited for; a name that is not there is a Problem with a suggestion")
    void hold() {
        StandaloneAssemblies assemblies = assemblies(20_000, 1000, new GoodScale(), new OtherScale());
        Assemblies.Held<Scale> held = assemblies.hold(Scale.class, "other");
        assertEquals(2, held.provider().mark());
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> assemblies.leave("scale", "other"));
        assertThrows(TimeoutException.class, () -> stop.get(100, TimeUnit.MILLISECONDS));
        held.close();
        stop.join();
        Problem problem = assertThrows(Problem.class, () -> assemblies.hold(Scale.class, "godo"));
        assertEquals(Problem.MISUSED, problem.exitStatus());
        assertTrue(problem.fix().contains("good"), problem.text());
    }

    @Test
    @DisplayName("the first lease waits for the start, so it does not get whoever came first")
    void start() throws InterruptedException {
        Switchboard switchboard = new Switchboard(Fixture.settings(1000, 1000));
        switchboard.arrive(new Entry(1, new Made(GoodScale::new)), new Candidate("scale", "double", "early", "", "", "", 0, 1, "", null));
        try (StepRunner<Need<Scale>> runner = runner(switchboard)) {
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> mark(runner));
            Thread.sleep(50);
            assertFalse(step.isDone());
            switchboard.arrive(new Entry(2, new Made(OtherScale::new)), new Candidate("scale", "double", "late", "", "", "", 5, 2, "", null));
            switchboard.start();
            assertEquals(2, step.join());
        }
    }
}
