package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.training.Trainer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * One thread writes, one trains, and a third exchanges the matrix multiplication under both.
 *
 * <p>Both workers repeat small jobs whose undisturbed results were taken before the storm; every repetition must give the same bits.
 * Argument: {@code swaps} and {@code perSecond}. Result: {@code steps} (by provider), {@code swaps} (by way), {@code slowestSwapMillis},
 * {@code wrong} (what went wrong, in words), {@code events}, {@code rounds}, {@code restarts} (services of ours that were replaced).
 */
public final class Storm implements BiFunction<BundleContext, Map<String, Integer>, Map<String, Object>> {

    private static final int TRAINING_STEPS = 10;
    private static final int TOKENS = 40;
    private static final int SEEDS = 4;

    /** The vector bundle serves other slots too, in numerics classes of its own: there the references serve throughout. */
    static final Map<String, String> OTHERS = Map.of("activation", "gelu", "normalization", "layernorm", "attention", "reference",
            "loss", "cross-entropy", "optimizer", "adamw", "elementwise", "scalar");

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger rounds = new AtomicInteger();

    @Override
    public Map<String, Object> apply(BundleContext context, Map<String, Integer> settings) {
        House house = new House(context);
        TinyRuns runs = new TinyRuns(house);
        LoadedModel model = TinyRuns.model();
        StepLog log = new StepLog("matmul");

        Assemblies assemblies = house.service(Assemblies.class);
        OTHERS.forEach(assemblies::use);
        Map<Long, List<?>> trained = new HashMap<>();
        Map<Long, List<?>> written = new HashMap<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            trained.put(seed, runs.train(TRAINING_STEPS, seed, Job.silent("calm"), StepListener.NONE));
            written.put(seed, runs.write(model, TOKENS, seed, StepListener.NONE));
        }
        List<Object> before = identities(context);

        Thread trainer = worker("trainer", trained, seed -> runs.train(TRAINING_STEPS, seed, Job.silent("storm"), log));
        Thread writer = worker("writer", written, seed -> runs.write(model, TOKENS, seed, log));
        Swaps swaps = new Swaps(context, house, settings.get("perSecond"));
        try {
            swaps.all(settings.get("swaps"), () -> !wrong.isEmpty());
        } catch (RuntimeException | AssertionError e) {
            wrong.add("the swapper stopped: " + e);
        }
        over.set(true);
        join(trainer);
        join(writer);
        assemblies.use("matmul", "auto");

        Map<String, Object> result = new LinkedHashMap<>();
        result.put("steps", log.steps());
        result.put("swaps", swaps.counts());
        result.put("slowestSwapMillis", swaps.slowestMillis());
        result.put("seconds", swaps.seconds());
        result.put("wrong", List.copyOf(wrong));
        result.put("events", log.events());
        result.put("rounds", rounds.get());
        result.put("restarts", before.equals(identities(context)) ? 0 : 1);
        return result;
    }

    @FunctionalInterface
    private interface Round {
        List<?> run(long seed);
    }

    /** Runs rounds until the storm is over, at least one for each seed, and compares each with the calm. */
    private Thread worker(String name, Map<Long, List<?>> calm, Round round) {
        return Thread.ofPlatform().name("storm-" + name).start(() -> {
            BooleanSupplier goOn = () -> !over.get() && wrong.isEmpty();
            for (long i = 0; i < SEEDS || goOn.getAsBoolean(); i++) {
                try {
                    List<?> result = round.run(i % SEEDS);
                    rounds.incrementAndGet();
                    if (!result.equals(calm.get(i % SEEDS))) {
                        wrong.add(name + ", round " + i + ": " + firstDifference(calm.get(i % SEEDS), result));
                    }
                } catch (RuntimeException | Error e) {
                    wrong.add(name + ", round " + i + " failed: " + e);
                    return;
                }
            }
        });
    }

    private static String firstDifference(List<?> calm, List<?> storm) {
        for (int i = 0; i < Math.min(calm.size(), storm.size()); i++) {
            if (!calm.get(i).equals(storm.get(i))) {
                return "item " + i + " was " + calm.get(i) + ", is " + storm.get(i);
            }
        }
        return "there were " + calm.size() + " items, now there are " + storm.size();
    }

    /** A service that was restarted is another service. */
    private static List<Object> identities(BundleContext context) {
        List<Object> ids = new ArrayList<>();
        for (Class<?> type : List.of(Assemblies.class, Trainer.class, InferenceEngine.class)) {
            ids.add(context.getServiceReference(type).getProperty(Constants.SERVICE_ID));
            ids.add(System.identityHashCode(context.getService(context.getServiceReference(type))));
        }
        return ids;
    }

    private static void join(Thread thread) {
        try {
            thread.join(60_000);
            if (thread.isAlive()) {
                StringBuilder stack = new StringBuilder();
                for (StackTraceElement frame : thread.getStackTrace()) {
                    stack.append("\n    at ").append(frame);
                }
                throw new AssertionError(thread.getName() + " does not end:" + stack);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
