package org.llmsys.shell.internal;

import java.util.Map;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.shell.Console;

/** Tells the person at the console what happens around steps. */
record Watcher(Console console) implements StepListener {

    @Override
    public void paused(String slot, String algorithm) {
        tell("paused: nothing serves " + slot + ":" + algorithm + "; it goes on when a provider comes, Ctrl-C ends it");
    }

    @Override
    public void resumed(String slot, String algorithm) {
        tell("goes on: " + slot + ":" + algorithm + " is served again");
    }

    @Override
    public void repeated(String reason) {
        tell("a step was repeated: " + reason);
    }

    @Override
    public void quarantined(Candidate provider, String reason) {
        tell(provider.slot() + " " + provider.name() + " is left out from now on: " + reason);
    }

    /** Every output made under an experiment says so. */
    void experiments(Assembly assembly) {
        for (Map.Entry<String, String> experiment : assembly.experiments().entrySet()) {
            tell("experiment: " + experiment.getValue() + " serves " + experiment.getKey() + " whatever the model asks for");
        }
    }

    private void tell(String line) {
        console.err().println(line);
        console.err().flush();
    }
}
