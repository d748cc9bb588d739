package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Console;

/**
 * Runs the trials of a benchmark in this process, with the threads it has.
 *
 * @param threads of this process
 * @param rounds  of which the median counts
 * @param names   of the providers that take part; none for all
 * @param peers   who takes part too, if they are installed
 * @param clock   to measure with
 */
record Measurement(int threads, int rounds, List<String> names, List<PeerProgram> peers, Clock clock, Console console) {

    /** A row for each provider, measure and peer. */
    List<Row> run(String title, List<Trial> trials) {
        Job job = console.job("bench " + title + ", threads: " + threads, "rounds", (long) trials.size() * rounds);
        List<Row> rows = new ArrayList<>();
        try (Peers present = Peers.start(peers, threads, console)) {
            for (Trial trial : trials) {
                rows.addAll(trial(trial, present, job, (long) rounds * trials.indexOf(trial)));
            }
        } catch (Problem e) {
            job.checkpoint();                                // Ctrl-C ends the peers too, which is no fault of theirs
            throw e;
        }
        return rows;
    }

    private List<Row> trial(Trial trial, Peers present, Job job, long done) {
        List<Contestant> ours = trial.contestants().get();
        try {
            List<Contestant> here = chosen(ours);
            List<Peer> there = present.prepared(trial, console);
            Map<Contestant, Contestant> alone = new LinkedHashMap<>();
            here.forEach(contestant -> contestant.alone().ifPresent(one -> alone.put(contestant, one)));
            List<Contestant> all = new ArrayList<>(alone.values());
            all.addAll(here);
            all.addAll(there);
            Map<Contestant, Limit> limits = new LinkedHashMap<>();
            here.forEach(contestant -> contestant.limit().ifPresent(limit -> limits.put(contestant, limit)));
            limits.values().forEach(limit -> all.add(limit.reading()));
            Map<Contestant, double[]> times = new Turns(trial.turnSeconds(), clock, job).run(all, rounds, done);
            List<Row> rows = new ArrayList<>();
            for (Contestant contestant : here.reversed()) {                  // the one in service first
                Limit limit = limits.get(contestant);
                Map<String, Double> facts = limit == null ? Map.of() : limit.facts(times.get(contestant), times.get(limit.reading()));
                for (Measure measure : trial.measures()) {
                    rows(trial, contestant, measure, there, times).forEach(row -> rows.add(row.with(facts)));
                }
                if (limit != null) {
                    limit.remarks(times.get(contestant), times.get(limit.reading())).forEach(remark -> rows.add(remark(trial, contestant, remark)));
                }
                if (alone.containsKey(contestant)) {
                    double factor = Turns.ratio(times.get(contestant), times.get(alone.get(contestant)));
                    rows.add(remark(trial, contestant, new Remark("over one thread", factor, "times")));
                }
                contestant.remarks().forEach(remark -> rows.add(remark(trial, contestant, remark)));
            }
            return rows;
        } finally {
            ours.forEach(Contestant::close);
        }
    }

    private Row remark(Trial trial, Contestant contestant, Remark remark) {
        return Row.alone(trial.slot(), contestant.name(), what(trial) + ", " + remark.what(), threads, remark.value(), remark.unit());
    }

    private String what(Trial trial) {
        return clock == Clock.WALL ? trial.what() : trial.what() + ", CPU time";
    }

    private List<Contestant> chosen(List<Contestant> ours) {
        Set<String> known = new TreeSet<>();
        ours.forEach(contestant -> known.add(contestant.name()));
        for (String name : names) {
            if (!known.contains(name)) {
                throw Problem.misused("there is no provider " + name + " to measure", "there are " + String.join(", ", known), Names.suggestion(name, known));
            }
        }
        return ours.stream().filter(contestant -> names.isEmpty() || names.contains(contestant.name())).toList();
    }

    private List<Row> rows(Trial trial, Contestant contestant, Measure measure, List<Peer> there, Map<Contestant, double[]> times) {
        double[] own = times.get(contestant);
        double value = measure.of(Turns.median(own));
        String what = what(trial);
        if (there.isEmpty()) {
            return List.of(Row.alone(trial.slot(), contestant.name(), what, threads, value, measure.unit()));
        }
        return there.stream().map(peer -> new Row(trial.slot(), contestant.name(), what, threads, value, measure.unit(), peer.name(),
                measure.of(Turns.median(times.get(peer))), Turns.ratio(own, times.get(peer)))).toList();
    }
}
