package org.llmsys.integration.inside;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.sampling.Sampler;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.osgi.framework.BundleContext;

/**
 * Marks a sampler with the conformance kit and writes with it. Argument: its name. Result: {@code there}, and if it is, {@code passed},
 * {@code failures} and {@code ids}.
 */
public final class TryPlugin implements BiFunction<BundleContext, String, Map<String, Object>> {

    private static final int TOKENS = 30;

    @Override
    public Map<String, Object> apply(BundleContext context, String name) {
        House house = new House(context);
        Assemblies assemblies = house.service(Assemblies.class);
        Candidate candidate = assemblies.current().candidates("sampler").stream().filter(sampler -> sampler.name().equals(name)).findFirst().orElse(null);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("there", candidate != null);
        if (candidate != null) {
            Checks.Report report = check(house, assemblies, candidate);
            result.put("passed", report.passed());
            result.put("failures", report.failures());
            result.put("ids", write(house, name));
        }
        return result;
    }

    @SuppressWarnings("unchecked")   // the contract says which service it is for
    private static Checks.Report check(House house, Assemblies assemblies, Candidate candidate) {
        Contract<Sampler> contract = house.services(Contract.class).stream().filter(one -> one.service() == Sampler.class).findFirst()
                .map(one -> (Contract<Sampler>) one).orElseThrow(() -> new AssertionError("the kit has no contract for samplers"));
        Checks checks = new Checks();
        try (Assemblies.Held<Sampler> held = assemblies.hold(Sampler.class, candidate.name())) {
            contract.check(held.provider(), new Contract.Subject(candidate.algorithm(), candidate.name(), candidate.numerics()), checks);
        }
        return checks.report();
    }

    private static List<Integer> write(House house, String sampler) {
        GenerationOptions options = new GenerationOptions(TOKENS, sampler, List.of(), 5, List.of()).sliding();
        List<Integer> ids = new java.util.ArrayList<>();
        try (GenerationSession session = house.service(InferenceEngine.class).open(TinyRuns.model(), new int[] {1}, options, StepListener.NONE)) {
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
        }
        return ids;
    }
}
