package org.llmsys.integration.inside;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;
import org.osgi.framework.BundleContext;

/**
 * Writes the same text again and again with the native matrix multiplication wherever it is there, until it is told to stop.
 * Argument: {@code over} (an AtomicBoolean), {@code rounds} (an AtomicLong that counts texts), {@code natives} and {@code others} (AtomicLongs that
 * count steps by who multiplied), {@code turn} (a fair Lock that each text takes: who holds it looks at a quiet process), {@code wrong} (a queue of
 * words about what went wrong). Result: the thread that writes.
 */
public final class WritingOn implements BiFunction<BundleContext, Map<String, Object>, Thread> {

    private static final int TOKENS = 40;

    @Override
    public Thread apply(BundleContext context, Map<String, Object> shared) {
        House house = new House(context);
        TinyRuns runs = new TinyRuns(house);
        LoadedModel model = TinyRuns.model();
        Assemblies assemblies = house.service(Assemblies.class);
        Storm.OTHERS.forEach(assemblies::use);
        assemblies.use("matmul", "native");
        List<?> calm = runs.write(model, TOKENS, 1, StepListener.NONE);
        AtomicBoolean over = (AtomicBoolean) shared.get("over");
        AtomicLong rounds = (AtomicLong) shared.get("rounds");
        AtomicLong natives = (AtomicLong) shared.get("natives");
        AtomicLong others = (AtomicLong) shared.get("others");
        Lock turn = (Lock) shared.get("turn");
        @SuppressWarnings("unchecked")       // both sides share the classes of the JDK
        Queue<String> wrong = (Queue<String>) shared.get("wrong");
        return Thread.ofPlatform().name("writing-on").start(() -> {
            while (!over.get()) {
                turn.lock();
                try {
                    StepLog log = new StepLog("matmul");
                    List<?> written = runs.write(model, TOKENS, 1, log);
                    log.steps().forEach((name, steps) -> (name.equals("native") ? natives : others).addAndGet(steps));
                    if (!written.equals(calm)) {
                        wrong.add("round " + rounds.get() + " wrote " + written + " and not " + calm);
                    }
                    rounds.incrementAndGet();
                } catch (RuntimeException | Error e) {
                    wrong.add("round " + rounds.get() + " failed: " + e);
                    return;
                } finally {
                    turn.unlock();
                }
            }
        });
    }
}
