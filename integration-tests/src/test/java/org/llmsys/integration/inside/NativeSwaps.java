package org.llmsys.integration.inside;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/**
 * Writes a text once in peace and once while it is chosen anew before each token who multiplies, and from time to time whose engine writes.
 *
 * <p>Argument: {@code model} (a path; missing: a tiny model that is not trained), {@code prompt}, {@code tokens}. Result: {@code calm} and
 * {@code swapped} (each the ids and the text), {@code steps} (of Java's engine, by the provider of matmul), {@code written} (tokens by the engine
 * that was chosen), {@code events}.
 */
public final class NativeSwaps implements BiFunction<BundleContext, Map<String, Object>, Map<String, Object>> {

    private static final List<String> KERNELS = List.of("native", "vector", "native", "naive");
    /** So many tokens by an engine before the next is chosen. */
    private static final int TURN = 7;

    @Override
    public Map<String, Object> apply(BundleContext context, Map<String, Object> argument) {
        House house = new House(context);
        Assemblies assemblies = house.service(Assemblies.class);
        Object path = argument.get("model");
        LoadedModel model = path == null ? TinyRuns.model() : house.service(ModelStore.class).load(Path.of(path.toString()));
        int[] prompt = path == null ? new int[] {1, 20, 3} : model.requireTokenizer().encode(argument.get("prompt").toString());
        GenerationOptions options = GenerationOptions.greedy((Integer) argument.get("tokens"));
        InferenceEngine engine = serving(context);

        Storm.OTHERS.forEach(assemblies::use);
        assemblies.use("matmul", "naive");
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("calm", written(engine.open(model, prompt, options, StepListener.NONE), () -> { }));
        StepLog log = new StepLog("matmul");
        Map<String, Long> written = new LinkedHashMap<>();
        int[] place = {0};
        result.put("swapped", written(engine.open(model, prompt, options, log), () -> {
            int n = place[0]++;
            String chosen = n / TURN % 2 == 0 ? "single" : "native";
            assemblies.use("matmul", KERNELS.get(n % KERNELS.size()));
            assemblies.use("engine", chosen);
            written.merge(chosen, 1L, Long::sum);
        }));
        assemblies.use("matmul", "auto");
        assemblies.use("engine", "auto");
        result.put("steps", log.steps());
        result.put("written", written);
        result.put("events", log.events());
        return result;
    }

    /** What {@code generate} writes with. */
    static InferenceEngine serving(BundleContext context) {
        try {
            return context.getService(context.getServiceReferences(InferenceEngine.class, "(llmsys.engine=serving)").iterator().next());
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param before is run before each token */
    private static List<Object> written(GenerationSession session, Runnable before) {
        List<Object> ids = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try (session) {
            before.run();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
                text.append(token.text());
                if (session.stopReason() == null) {
                    before.run();
                }
            }
        }
        return List.of(ids, text.toString());
    }
}
