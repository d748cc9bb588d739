package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.osgi.framework.BundleContext;

/**
 * Writes or trains, and says what came of it. Argument: {@code work} is {@code write} or {@code train}; {@code spoil} names a weight that
 * gets a NaN first; {@code references} true: what the vector bundle serves besides matmul is left to the references.
 * Result: {@code result}, {@code failure} (empty when there was none), {@code events}, {@code quarantine}.
 */
public final class TinyWork implements BiFunction<BundleContext, Map<String, String>, Map<String, Object>> {

    private static final long STEPS = 10;
    private static final int TOKENS = 40;

    @Override
    public Map<String, Object> apply(BundleContext context, Map<String, String> settings) {
        House house = new House(context);
        TinyRuns runs = new TinyRuns(house);
        Assemblies assemblies = house.service(Assemblies.class);
        if (Boolean.parseBoolean(settings.get("references"))) {
            Storm.OTHERS.forEach(assemblies::use);
        }
        StepLog log = new StepLog("matmul");
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("failure", "");
        try {
            outcome.put("result", settings.get("work").equals("train") ? runs.train(STEPS, 1, Job.silent("train"), log)
                    : runs.write(model(settings.get("spoil")), TOKENS, 1, log));
        } catch (Problem problem) {
            outcome.put("failure", problem.text());
        }
        outcome.put("events", log.events());
        outcome.put("quarantine", quarantine(assemblies.current()));
        return outcome;
    }

    private static LoadedModel model(String spoiled) {
        LoadedModel model = TinyRuns.model();
        if (spoiled != null) {
            model.model().weights().all().get(spoiled).value().floats()[3] = Float.NaN;
        }
        return model;
    }

    /** {@code slot:name: reason} for everything out of service. */
    private static List<String> quarantine(Assembly assembly) {
        List<String> all = new ArrayList<>();
        for (String slot : assembly.slots()) {
            for (Candidate candidate : assembly.candidates(slot)) {
                if (candidate.quarantine() != null) {
                    all.add(slot + ":" + candidate.name() + ": " + candidate.quarantine());
                }
            }
        }
        return all;
    }
}
