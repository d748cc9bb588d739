package org.llmsys.inference.insight;

import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;

/** The engines whose logits can be looked at: those of this room, opened over a workbench with {@linkplain LogitsTaps taps}. */
final class LogitsEngines {

    private static final TreeMap<String, Function<Assemblies, InferenceEngine>> ENGINES = new TreeMap<>();

    static {
        ENGINES.put("single", AutoregressiveEngine::new);
        ENGINES.put("batched", ContinuousBatching::new);
    }

    private LogitsEngines() {
    }

    static Set<String> names() {
        return ENGINES.keySet();
    }

    /** @throws Problem for another name */
    static InferenceEngine over(String name, Assemblies assemblies) {
        Function<Assemblies, InferenceEngine> engine = ENGINES.get(name);
        if (engine == null) {
            throw Problem.misused("there is no engine " + name + " whose logits can be looked at", "there are " + String.join(", ", names()),
                    Names.suggestion(name, names()));
        }
        return engine.apply(assemblies);
    }
}
