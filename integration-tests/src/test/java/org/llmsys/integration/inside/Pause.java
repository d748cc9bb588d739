package org.llmsys.integration.inside;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Takes every normalization away in the middle of a job, and brings it back. Argument: {@code write} or {@code train}. Result:
 * {@code calm}, {@code paused} (results), {@code events}, {@code stepsInPause}.
 */
public final class Pause implements BiFunction<BundleContext, String, Map<String, Object>> {

    /** The reference leaves last and returns first, so one numerics class serves from end to end. */
    private static final List<String> BUNDLES = List.of("org.llmsys.bindings", "org.llmsys.vector", "org.llmsys.normalization");
    /** So many that the job is still at work when the last of three bundles has stopped. */
    private static final long STEPS = 600;
    private static final int TOKENS = 1500;

    @Override
    public Map<String, Object> apply(BundleContext context, String work) {
        House house = new House(context);
        Storm.OTHERS.forEach(house.service(Assemblies.class)::use);
        TinyRuns runs = new TinyRuns(house);
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("calm", run(runs, work, StepListener.NONE));

        StepLog log = new StepLog("normalization");
        CompletableFuture<List<?>> job = CompletableFuture.supplyAsync(() -> run(runs, work, log), command -> Thread.ofPlatform().start(command));
        House.await(() -> steps(log) >= 3 || job.isDone(), () -> "the job does not begin");
        BUNDLES.forEach(name -> change(context, name, false));
        House.await(() -> log.events().contains("paused normalization:layernorm"), () -> "no pause was told, only " + log.events());
        long before = steps(log);
        House.pause(300);
        outcome.put("stepsInPause", steps(log) - before);
        BUNDLES.reversed().forEach(name -> change(context, name, true));
        try {
            outcome.put("paused", job.get(60, TimeUnit.SECONDS));
        } catch (Exception e) {
            throw new IllegalStateException("the job did not go on: " + e, e);
        }
        outcome.put("events", log.events());
        return outcome;
    }

    private static List<?> run(TinyRuns runs, String work, StepListener listener) {
        return work.equals("train") ? runs.train(STEPS, 1, Job.silent("train"), listener) : runs.write(TinyRuns.model(), TOKENS, 1, listener);
    }

    private static long steps(StepLog log) {
        return log.steps().values().stream().mapToLong(Long::longValue).sum();
    }

    private static void change(BundleContext context, String symbolicName, boolean start) {
        try {
            for (Bundle bundle : context.getBundles()) {
                if (symbolicName.equals(bundle.getSymbolicName())) {
                    if (start) {
                        bundle.start();
                    } else {
                        bundle.stop();
                    }
                }
            }
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }
}
