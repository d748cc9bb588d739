package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.Slot;
import org.llmsys.assembly.StepListener;

/** Small slots and providers for the tests of the switchboard. */
final class Fixture {

    private Fixture() {
    }

    /** Doubles numbers; what is called says who answered. */
    @Slot("scale")
    interface Scale {

        /** y = 2x, element by element. */
        void scale(float[] x, float[] y);

        default int mark() {
            return 0;
        }
    }

    /** A second slot, so that steps have more than one need. */
    @Slot("shift")
    interface Shift {

        /** y = x + 1. */
        void shift(float[] x, float[] y);
    }

    /** A slot in which infinity is an answer. */
    @Slot(value = "mask", finite = false)
    interface Mask {
        void mask(float[] x);
    }

    /** A structural slot. */
    @Slot("block")
    interface Block {
        String describe();
    }

    @Provider(slot = "scale", algorithm = "double", name = "good")
    static class GoodScale implements Scale {
        @Override
        public void scale(float[] x, float[] y) {
            for (int i = 0; i < x.length; i++) {
                y[i] = 2 * x[i];
            }
        }

        @Override
        public int mark() {
            return 1;
        }
    }

    @Provider(slot = "scale", algorithm = "double", name = "other")
    static final class OtherScale extends GoodScale {
        @Override
        public int mark() {
            return 2;
        }
    }

    @Provider(slot = "scale", algorithm = "triple", name = "triple")
    static final class TripleScale extends GoodScale {
        @Override
        public int mark() {
            return 3;
        }
    }

    @Provider(slot = "scale", algorithm = "double", name = "nan")
    static final class NanScale extends GoodScale {
        @Override
        public void scale(float[] x, float[] y) {
            super.scale(x, y);
            y[0] = Float.NaN;
        }
    }

    @Provider(slot = "scale", algorithm = "double", name = "throwing")
    static final class ThrowingScale extends GoodScale {
        @Override
        public void scale(float[] x, float[] y) {
            throw new IllegalStateException("broken on purpose");
        }
    }

    @Provider(slot = "shift", algorithm = "plus-one", name = "good")
    static class GoodShift implements Shift {
        @Override
        public void shift(float[] x, float[] y) {
            for (int i = 0; i < x.length; i++) {
                y[i] = x[i] + 1;
            }
        }
    }

    @Provider(slot = "shift", algorithm = "plus-one", name = "nan")
    static final class NanShift extends GoodShift {
        @Override
        public void shift(float[] x, float[] y) {
            super.shift(x, y);
            y[y.length - 1] = Float.POSITIVE_INFINITY;
        }
    }

    @Provider(slot = "mask", algorithm = "first", name = "first")
    static final class FirstMask implements Mask {
        @Override
        public void mask(float[] x) {
            x[0] = Float.NEGATIVE_INFINITY;
        }
    }

    @Provider(slot = "block", algorithm = "pre", name = "pre")
    static final class PreBlock implements Block {
        @Override
        public String describe() {
            return "pre";
        }
    }

    @Provider(slot = "block", algorithm = "pre", name = "pre2")
    static final class OtherPreBlock implements Block {
        @Override
        public String describe() {
            return "pre2";
        }
    }

    /** Writes down what a runner tells. */
    static final class Ear implements StepListener {

        final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch paused = new CountDownLatch(1);

        @Override
        public void paused(String slot, String algorithm) {
            heard.add("paused " + slot + " " + algorithm);
            paused.countDown();
        }

        @Override
        public void resumed(String slot, String algorithm) {
            heard.add("resumed " + slot + " " + algorithm);
        }

        @Override
        public void repeated(String reason) {
            heard.add("repeated");
        }

        @Override
        public void quarantined(Candidate provider, String reason) {
            heard.add("quarantined " + provider.slot() + ":" + provider.name());
        }
    }

    /** Waits for a latch, with a bound that only a broken test reaches. */
    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing happened for 20 s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What is wrong with an array, for checks. */
    static String faultIn(float[] values) {
        return Watch.isFinite(values) ? null : "the result holds NaN or infinity";
    }

    static Settings settings(long drainMillis, long pauseMillis) {
        return new Settings(TimeUnit.MILLISECONDS.toNanos(drainMillis), TimeUnit.MILLISECONDS.toNanos(pauseMillis),
                TimeUnit.SECONDS.toNanos(5));
    }
}
