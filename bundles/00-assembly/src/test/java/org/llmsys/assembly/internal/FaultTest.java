package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.CommitFault;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.Block;
import org.llmsys.assembly.internal.Fixture.Ear;
import org.llmsys.assembly.internal.Fixture.FirstMask;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.GoodShift;
import org.llmsys.assembly.internal.Fixture.Mask;
import org.llmsys.assembly.internal.Fixture.NanScale;
import org.llmsys.assembly.internal.Fixture.NanShift;
import org.llmsys.assembly.internal.Fixture.OtherPreBlock;
import org.llmsys.assembly.internal.Fixture.OtherScale;
import org.llmsys.assembly.internal.Fixture.PreBlock;
import org.llmsys.assembly.internal.Fixture.Scale;
import org.llmsys.assembly.internal.Fixture.Shift;
import org.llmsys.assembly.internal.Fixture.ThrowingScale;

/** Faults: who is blamed, who is quarantined, what the caller gets. */
class FaultTest {

    /** x → 2x → 2x + 1. */
    private static final class Net {

        final Need<Scale> scale;
        final Need<Shift> shift;

        Net(Needs needs) {
            scale = needs.add(Scale.class, "double");
            shift = needs.add(Shift.class, "plus-one");
        }

        float[] compute(float[] x, Step step) {
            float[] doubled = new float[x.length];
            float[] y = new float[x.length];
            step.get(scale).scale(x, doubled);
            step.get(shift).shift(doubled, y);
            return y;
        }
    }

    private final Ear ear = new Ear();

    private float[] run(Assemblies assemblies, float... x) {
        try (StepRunner<Net> runner = assemblies.runner("test", Net::new, ear)) {
            return runner.run((net, step) -> net.compute(x, step), Fixture::faultIn, (net, step, y) -> { });
        }
    }

    private static String quarantine(Assemblies assemblies, String slot, String name) {
        return assemblies.current().candidates(slot).stream().filter(c -> c.name().equals(name)).map(Candidate::quarantine)
                .findFirst().orElseThrow();
    }

    private static List<String> quarantined(Assemblies assemblies) {
        return assemblies.current().slots().stream().flatMap(slot -> assemblies.current().candidates(slot).stream())
                .filter(candidate -> candidate.quarantine() != null).map(c -> c.slot() + ":" + c.name()).toList();
    }

    @Test
    @DisplayName("a provider that throws is left out, and quarantined with its reason; the caller gets the right result")
    void throwing() {
        Assemblies assemblies = Assemblies.of(new ThrowingScale(), new GoodScale(), new GoodShift());
        assertArrayEquals(new float[] {3, 5}, run(assemblies, 1, 2));
        assertEquals(List.of("scale:throwing"), quarantined(assemblies));
        assertTrue(quarantine(assemblies, "scale", "throwing").contains("broken on purpose"));
        assertEquals(List.of("repeated", "repeated", "quarantined scale:throwing"), ear.heard);
        assertEquals("good", assemblies.current().serving("scale", "double").orElseThrow().name());
        assertEquals("throwing", assemblies.current().candidates("scale").getLast().name());
    }

    @Test
    @DisplayName("a provider that writes NaN is found although the one after it passes the NaN on")
    void nan() {
        Assemblies assemblies = Assemblies.of(new NanScale(), new GoodScale(), new GoodShift(), new NanShift());
        assertArrayEquals(new float[] {3, 5}, run(assemblies, 1, 2));
        assertEquals(List.of("scale:nan"), quarantined(assemblies));
    }

    @Test
    @DisplayName("NaN that came in is the model's or the data's: nobody is quarantined, and the check's words are in the message")
    void nanCameIn() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new OtherScale(), new GoodShift(), new NanShift());
        Problem problem = assertThrows(Problem.class, () -> run(assemblies, 1, Float.NaN));
        assertTrue(problem.getMessage().contains("the result holds NaN or infinity"), problem.text());
        assertTrue(problem.why().contains("the model or the data"), problem.text());
        assertEquals(List.of(), quarantined(assemblies));
    }

    @Test
    @DisplayName("NaN that came in is not laid at the door of a sole provider that passed it on")
    void nanCameInToSoleProviders() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new GoodShift());
        Problem problem = assertThrows(Problem.class, () -> run(assemblies, Float.NaN));
        assertTrue(problem.why().contains("no provider turned good input into this"), problem.text());
    }

    @Test
    @DisplayName("NaN left in an output buffer by the failed attempt does not hide the provider that wrote it")
    void staleBuffer() {
        Assemblies assemblies = Assemblies.of(new NanScale(), new GoodScale(), new GoodShift());
        float[] doubled = new float[2];
        float[] y = new float[2];
        try (StepRunner<Net> runner = assemblies.runner("test", Net::new, ear)) {
            runner.run((net, step) -> {
                step.get(net.scale).scale(new float[] {1, 2}, doubled);
                step.get(net.shift).shift(doubled, y);
                return y;
            }, Fixture::faultIn, (net, step, result) -> { });
        }
        assertArrayEquals(new float[] {3, 5}, y);
        assertEquals(List.of("scale:nan"), quarantined(assemblies));
    }

    @Test
    @DisplayName("two faulty providers in different slots are found one after the other")
    void twoSlots() {
        Assemblies assemblies = Assemblies.of(new NanScale(), new GoodScale(), new NanShift(), new GoodShift());
        assertArrayEquals(new float[] {3}, run(assemblies, 1));
        assertEquals(List.of("scale:nan", "shift:nan"), quarantined(assemblies));
    }

    @Test
    @DisplayName("two faulty providers in one slot are found one after the other")
    void twoInOneSlot() {
        Assemblies assemblies = Assemblies.of(new NanScale(), new ThrowingScale(), new GoodScale(), new GoodShift());
        assertArrayEquals(new float[] {3}, run(assemblies, 1));
        assertEquals(List.of("scale:nan", "scale:throwing"), quarantined(assemblies));
    }

    @Test
    @DisplayName("a sole provider is never quarantined: the step fails and names it")
    void sole() {
        Assemblies assemblies = Assemblies.of(new NanScale(), new GoodShift());
        Problem problem = assertThrows(Problem.class, () -> run(assemblies, 1));
        assertTrue(problem.why().contains("scale:nan"), problem.text());
        assertEquals(List.of(), quarantined(assemblies));
    }

    @Test
    @DisplayName("overflow that every provider of the slot shows is the model's or the data's")
    void overflow() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new OtherScale(), new GoodShift());
        Problem problem = assertThrows(Problem.class, () -> run(assemblies, Float.MAX_VALUE));
        assertTrue(problem.why().contains("the model or the data"), problem.text());
        assertEquals(List.of(), quarantined(assemblies));
    }

    /** Answers only once what is asked of it, then does well. */
    @Provider(slot = "scale", algorithm = "double", name = "hiccup")
    private static final class HiccupScale implements Scale {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public void scale(float[] x, float[] y) {
            if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("hiccup");
            }
            new GoodScale().scale(x, y);
        }
    }

    @Test
    @DisplayName("when the watched rerun goes well its result is taken and nobody is quarantined")
    void transientFault() {
        Assemblies assemblies = Assemblies.of(new HiccupScale(), new GoodScale(), new GoodShift());
        assertArrayEquals(new float[] {3}, run(assemblies, 1));
        assertEquals(List.of(), quarantined(assemblies));
        assertEquals(List.of("repeated"), ear.heard);
    }

    @Test
    @DisplayName("infinity in a slot that may answer with it is no fault, and does not hide the real culprit")
    void legitimateInfinity() {
        record Masked(Need<Mask> mask, Need<Scale> scale) {
        }
        Assemblies assemblies = Assemblies.of(new FirstMask(), new ThrowingScale(), new GoodScale());
        try (StepRunner<Masked> runner = assemblies.runner("test",
                needs -> new Masked(needs.add(Mask.class, Need.ANY), needs.add(Scale.class, "double")), ear)) {
            float[] y = runner.run((net, step) -> {
                float[] x = {1, 2};
                step.get(net.mask).mask(x);
                step.get(net.scale).scale(x, x);
                return x;
            });
            assertArrayEquals(new float[] {Float.NEGATIVE_INFINITY, 4}, y);
        }
        assertEquals(List.of("scale:throwing"), quarantined(assemblies));
    }

    @Provider(slot = "shift", algorithm = "plus-one", name = "throwing")
    private static final class ThrowingShift extends GoodShift {
        @Override
        public void shift(float[] x, float[] y) {
            throw new IllegalStateException("broken on purpose");
        }
    }

    @Test
    @DisplayName("overflow that all providers of one slot show is harmless here: the next one accused is found, and only it is quarantined")
    void wronglyAccused() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new OtherScale(), new ThrowingShift(), new GoodShift());
        try (StepRunner<Net> runner = assemblies.runner("test", Net::new, ear)) {
            float[] y = runner.run((net, step) -> {
                step.get(net.scale).scale(new float[] {Float.MAX_VALUE}, new float[1]);
                float[] shifted = new float[1];
                step.get(net.shift).shift(new float[] {1}, shifted);
                return shifted;
            });
            assertArrayEquals(new float[] {2}, y);
        }
        assertEquals(List.of("shift:throwing"), quarantined(assemblies));
    }

    @Test
    @DisplayName("a structural provider is blamed by the code that built with it; the rerun is built by another one")
    void blamed() {
        Assemblies assemblies = Assemblies.of(new PreBlock(), new OtherPreBlock());
        try (StepRunner<String> runner = assemblies.runner("test", needs -> needs.structure(Block.class, "pre").describe(), ear)) {
            String built = runner.run((plan, step) -> {
                if (plan.equals("pre") && step.watched()) {
                    throw step.blame(Block.class, "pre", "a result of shape (3) where (4) was due");
                }
                return plan;
            }, plan -> plan.equals("pre") ? "shape (3) where (4) was due" : null, (plan, step, result) -> { });
            assertEquals("pre2", built);
        }
        assertEquals(List.of("block:pre"), quarantined(assemblies));
        assertTrue(quarantine(assemblies, "block", "pre").contains("(4) was due"));
    }

    @Test
    @DisplayName("a Problem that the caller's own code throws reaches the caller as it is")
    void callersProblem() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new GoodShift());
        Problem mine = Problem.misused("too long", "the context is full", "shorten the prompt");
        try (StepRunner<Net> runner = assemblies.runner("test", Net::new, ear)) {
            assertSame(mine, assertThrows(Problem.class, () -> runner.run((net, step) -> {
                throw mine;
            })));
        }
    }

    @Test
    @DisplayName("cancelling and running out of memory are nobody's fault: no rerun")
    void passThrough() {
        Assemblies assemblies = Assemblies.of(new GoodScale(), new GoodShift());
        try (StepRunner<Net> runner = assemblies.runner("test", Net::new, ear)) {
            assertThrows(CancellationException.class, () -> runner.run((net, step) -> {
                throw new CancellationException();
            }));
            assertThrows(OutOfMemoryError.class, () -> runner.run((net, step) -> {
                throw new OutOfMemoryError("on purpose");
            }));
        }
        assertEquals(List.of(), ear.heard);
    }

    @Test
    @DisplayName("a result is committed once, also after reruns; a fault in the commit names its provider and is not repeated")
    void commit() {
        Assemblies assemblies = Assemblies.of(new ThrowingScale(), new GoodScale(), new GoodShift());
        AtomicInteger commits = new AtomicInteger();
        try (StepRunner<Net> runner = assemblies.runner("train", Net::new, ear)) {
            runner.run((net, step) -> net.compute(new float[] {1}, step), Fixture::faultIn, (net, step, y) -> commits.incrementAndGet());
            assertEquals(1, commits.get());
        }
        Assemblies broken = Assemblies.of(new ThrowingScale(), new GoodScale(), new GoodShift());
        try (StepRunner<Net> runner = broken.runner("train", Net::new, ear)) {
            CommitFault fault = assertThrows(CommitFault.class, () -> runner.run((net, step) -> 1, result -> null, (net, step, one) -> {
                commits.incrementAndGet();
                step.get(net.scale).scale(new float[1], new float[1]);
            }));
            assertTrue(fault.getMessage().contains("scale:throwing"), fault.getMessage());
        }
        assertEquals(2, commits.get());
        assertEquals(List.of(), quarantined(broken));
    }

    @Test
    @DisplayName("a pardoned provider serves again")
    void pardon() {
        Assemblies assemblies = Assemblies.of(new HiccupTwice(), new GoodScale(), new GoodShift());
        run(assemblies, 1);
        assertEquals(List.of("scale:hiccup-twice"), quarantined(assemblies));
        assemblies.pardon("scale", "hiccup-twice");
        assertNull(assemblies.current().candidates("scale").getFirst().quarantine());
        assertEquals("hiccup-twice", assemblies.current().serving("scale", "double").orElseThrow().name());
        assertArrayEquals(new float[] {3}, run(assemblies, 1));
    }

    /** Fails in the first attempt and in the watched one. */
    @Provider(slot = "scale", algorithm = "double", name = "hiccup-twice")
    private static final class HiccupTwice implements Scale {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public void scale(float[] x, float[] y) {
            if (calls.getAndIncrement() < 2) {
                throw new IllegalStateException("hiccup");
            }
            new GoodScale().scale(x, y);
        }
    }
}
