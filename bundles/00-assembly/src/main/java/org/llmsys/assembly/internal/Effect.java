package org.llmsys.assembly.internal;

import java.util.Set;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;

/** Says in one sentence what a choice has changed. */
record Effect(Snapshot now, Set<String> asked) {

    String of(String slot, String name, boolean experiment) {
        if (name.equals(Switchboard.AUTO)) {
            return slot + ": chosen automatically" + now.serving(slot, Need.ANY).map(c -> ", now " + c.name()).orElse("");
        }
        Candidate chosen = now.candidates(slot).stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
        if (chosen == null) {
            return slot + ": " + name + " is not there at the moment and serves when it returns";
        }
        if (chosen.quarantine() != null) {
            return slot + ": " + name + " is chosen but in quarantine (" + chosen.quarantine() + "); pardon it to let it serve";
        }
        if (experiment) {
            return slot + ": " + name + " serves whatever the model asks for, as an experiment";
        }
        String algorithm = chosen.algorithm();
        if (!asked.isEmpty() && !asked.contains(algorithm) && !asked.contains(Need.ANY)) {
            return slot + ": " + name + " is chosen, but no running model asks for " + algorithm + " (they ask for "
                    + String.join(", ", asked) + "): only a declared experiment overrides a model's own choice";
        }
        if (asked.isEmpty() && now.candidates(slot).stream().anyMatch(other -> !other.algorithm().equals(algorithm))) {
            return slot + ": " + name + " serves from the next step on, wherever " + algorithm + " or this slot's choice is asked for";
        }
        return slot + ": " + name + " serves " + (algorithm.equals(name) || algorithm.equals(slot) ? "" : algorithm + " ") + "from the next step on";
    }
}
