package org.llmsys.shell.internal;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.examples.Notebook;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;

/** The notebook of an example that runs at the console: text, or one JSON object a line. */
record ConsoleNotebook(Console console, boolean asJson) implements Notebook {

    @Override
    public void write(String text) {
        if (!asJson) {
            console.out().println(console.shown(text));
            console.out().flush();
        }
    }

    @Override
    public void report(String text, Object... namesAndValues) {
        if (asJson) {
            console.json(Json.object(namesAndValues));
        } else {
            write(text);
        }
    }

    @Override
    public Job job(String title, String unit, long total) {
        return console.job(title, unit, total);
    }

    @Override
    public StepListener listener() {
        return new Watcher(console);
    }
}
