package org.llmsys.examples;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.osgi.annotation.versioning.ProviderType;

/** Where an example writes down what it sees. Whoever runs it decides whether that is text for people or JSON for programs. */
@ProviderType
public interface Notebook {

    /** Words for people: what is going on, a table, a hint. Programs do not get them. */
    void write(String text);

    /**
     * One report: for people a line of text, for programs an object. The last one an example makes is its result.
     *
     * @param namesAndValues of the object: name, value, name, value, …; texts, numbers, booleans, lists and maps
     */
    void report(String text, Object... namesAndValues);

    /** Work whose progress is shown, and that a person can stop. */
    Job job(String title, String unit, long total);

    /** Hears when a step waits or is repeated. */
    StepListener listener();
}
