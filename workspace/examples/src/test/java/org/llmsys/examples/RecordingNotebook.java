package org.llmsys.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;

/** A notebook that keeps what an example writes, and can stop it after some steps. */
public final class RecordingNotebook implements Notebook {

    private final List<Map<String, Object>> reports = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private long stopAfter = Long.MAX_VALUE;

    /** Cancels the job when it has done so much. */
    public RecordingNotebook stopAfter(long units) {
        stopAfter = units;
        return this;
    }

    @Override
    public void write(String line) {
        text.append(line).append('\n');
    }

    @Override
    public void report(String line, Object... namesAndValues) {
        write(line);
        Map<String, Object> report = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            report.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        reports.add(report);
    }

    @Override
    public Job job(String title, String unit, long total) {
        Job[] job = new Job[1];
        job[0] = new Job(title, unit, total, progress -> {
            if (progress.done() >= stopAfter) {
                job[0].cancel();
            }
        });
        return job[0];
    }

    @Override
    public StepListener listener() {
        return StepListener.NONE;
    }

    /** All reports, first to last. */
    public List<Map<String, Object>> reports() {
        return reports;
    }

    /** A number of the last report. */
    public double result(String name) {
        return ((Number) reports.getLast().get(name)).doubleValue();
    }

    /** Everything written, for people. */
    public String text() {
        return text.toString();
    }
}
