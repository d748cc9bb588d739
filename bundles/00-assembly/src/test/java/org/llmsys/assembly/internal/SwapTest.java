package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.Block;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.GoodShift;
import org.llmsys.assembly.internal.Fixture.OtherPreBlock;
import org.llmsys.assembly.internal.Fixture.OtherScale;
import org.llmsys.assembly.internal.Fixture.PreBlock;
import org.llmsys.assembly.internal.Fixture.Scale;
import org.llmsys.assembly.internal.Fixture.Shift;

/** Swaps under load: between any two steps, and never within one. */
class SwapTest {

    private static final int CALLS = 40;

    /** A provider that knows when it was given back, so that a call after that is seen. */
    private static final class Mortal extends GoodScale implements Entry.Source {

        private final int mark;
        private final AtomicInteger callsAfterDeath;
        private volatile boolean released;

        Mortal(int mark, AtomicInteger callsAfterDeath) {
            this.mark = mark;
            this.callsAfterDeath = callsAfterDeath;
        }

        @Override
        public int mark() {
            if (released) {
                callsAfterDeath.incrementAndGet();
            }
            return mark;
        }

        @Override
        public Object make() {
            return this;
        }

        @Override
        public void release() {
            released = true;
        }

        @Override
        public boolean withdrawn() {
            return false;
        }
    }

    /** Runs steps on several threads while another one swaps; returns {steps, mixed steps}. */
    private static long[] storm(StandaloneAssemblies assemblies, boolean leased, IntConsumer swap) throws InterruptedException {
        AtomicLong steps = new AtomicLong();
        AtomicLong mixed = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (StepRunner<Need<Scale>> runner = assemblies.runner("storm", needs -> needs.add(Scale.class, "double"), StepListener.NONE)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (!stop.get() && failure.get() == null) {
                        try {
                            boolean same = runner.run((need, step) -> {
                                int first = 0;
                                boolean equal = true;
                                for (int call = 0; call < CALLS; call++) {
                                    // The control experiment reads the choice at every call, as a look-up in a kernel would.
                                    int mark = leased ? step.get(need).mark()
                                            : runner.run((again, inner) -> inner.get(again).mark());
                                    first = call == 0 ? mark : first;
                                    equal &= mark == first;
                                    Thread.onSpinWait();
                                }
                                return equal;
                            });
                            steps.incrementAndGet();
                            if (!same) {
                                mixed.incrementAndGet();
                            }
                        } catch (Throwable e) {
                            failure.compareAndSet(null, e);
                        }
                    }
                }));
            }
            long end = System.nanoTime() + 3_000_000_000L;   // a busy machine makes fewer swaps
            for (int i = 0; i < 150 && System.nanoTime() < end; i++) {
                swap.accept(i);
                Thread.sleep(1);
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertEquals(null, failure.get());
        return new long[] {steps.get(), mixed.get()};
    }

    @Test
    @DisplayName("many choices under the load of two threads: no step mixes two implementations")
    void noStepMixes() throws InterruptedException {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of(new GoodScale(), new OtherScale()));
        long[] counts = storm(assemblies, true, i -> assemblies.use("scale", i % 2 == 0 ? "other" : "good"));
        assertTrue(counts[0] > 100, "steps: " + counts[0]);
        assertEquals(0, counts[1], "mixed of " + counts[0]);
    }

    @Test
    @DisplayName("control: the choice read at every call does mix, so the test above can fail")
    void controlMixes() throws InterruptedException {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of(new GoodScale(), new OtherScale()));
        long[] counts = storm(assemblies, false, i -> assemblies.use("scale", i % 2 == 0 ? "other" : "good"));
        assertTrue(counts[1] > 0, "mixed of " + counts[0]);
    }

    @Test
    @DisplayName("providers exchanged under load, new before old: no step mixes, and none is called after its stop returned")
    void exchange() throws InterruptedException {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of());
        Switchboard switchboard = assemblies.switchboard();
        AtomicInteger callsAfterDeath = new AtomicInteger();
        IntConsumer exchange = i -> {
            long id = 100 + i;
            switchboard.arrive(new Entry(id, new Mortal(i, callsAfterDeath)),
                    new Candidate("scale", "double", "p" + i, "", "", "", i, id, "", null));
            switchboard.leave(id - 1);
        };
        exchange.accept(-1);
        long[] counts = storm(assemblies, true, exchange);
        assertTrue(counts[0] > 100, "steps: " + counts[0]);
        assertEquals(0, counts[1]);
        assertEquals(0, callsAfterDeath.get());
    }

    @Test
    @DisplayName("random arrivals, departures and choices leave no lease registered and the last choice in effect")
    void nothingIsLeftBehind() {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of(new GoodScale(), new OtherScale()));
        Random random = new Random(7);
        try (StepRunner<Need<Scale>> runner = assemblies.runner("test", needs -> needs.add(Scale.class, "double"), StepListener.NONE)) {
            for (int i = 0; i < 300; i++) {
                assemblies.use("scale", random.nextBoolean() ? "good" : "other");
                runner.run((need, step) -> step.get(need).mark());
            }
            long bindings = assemblies.switchboard().current().offers("scale").stream()
                    .mapToLong(offer -> offer.entry().holders.size()).sum();
            assertTrue(bindings <= 2, "bindings still registered: " + bindings);
        }
        assertEquals(0, assemblies.switchboard().current().offers("scale").stream().mapToLong(o -> o.entry().holders.size()).sum());
    }

    @Test
    @DisplayName("the plan is built again only when a structural provider changes; a kernel's change only rebinds")
    void rebuild() {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(
                List.of(new PreBlock(), new OtherPreBlock(), new GoodScale(), new OtherScale(), new GoodShift()));
        AtomicInteger builds = new AtomicInteger();
        record Net(String block, Need<Scale> scale, Need<Shift> shift) {
        }
        try (StepRunner<Net> runner = assemblies.runner("test", needs -> {
            builds.incrementAndGet();
            return new Net(needs.structure(Block.class, "pre").describe(), needs.add(Scale.class, "double"),
                    needs.add(Shift.class, "plus-one"));
        }, StepListener.NONE)) {
            assertEquals("pre 1", runner.run((net, step) -> net.block + " " + step.get(net.scale).mark()));
            assemblies.use("scale", "other");
            assertEquals("pre 2", runner.run((net, step) -> net.block + " " + step.get(net.scale).mark()));
            assertEquals(1, builds.get());
            assemblies.use("block", "pre2");
            assertEquals("pre2 2", runner.run((net, step) -> net.block + " " + step.get(net.scale).mark()));
            assertEquals(2, builds.get());
            assemblies.leave("block", "pre2");
            assertEquals("pre 2", runner.run((net, step) -> net.block + " " + step.get(net.scale).mark()));
            assertEquals(3, builds.get());
            runner.run((net, step) -> net.block);
            assertEquals(3, builds.get());
        }
    }

    @Test
    @DisplayName("the same need declared twice is one need")
    void sameNeed() {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of(new GoodScale()));
        try (StepRunner<List<Need<Scale>>> runner = assemblies.runner("test",
                needs -> List.of(needs.add(Scale.class, "double"), needs.add(Scale.class, "double")), StepListener.NONE)) {
            runner.run((needs, step) -> {
                assertEquals(needs.get(0), needs.get(1));
                assertEquals("good", step.nameOf(needs.get(0)));
                assertNotNull(step.get(needs.get(1)));
                return null;
            });
        }
    }
}
