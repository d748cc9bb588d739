package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.inference.insight.StepCandidate;
import org.llmsys.inference.insight.StepChoice;
import org.llmsys.inference.insight.StepFilter;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;

/** How the choice of a token is told: as a table, or as JSON. */
record StepReport(Console console) {

    void print(StepChoice choice) {
        List<String> titles = new ArrayList<>(List.of("token", "id", "model"));
        choice.filters().forEach(filter -> titles.add(filter.name()));
        Table table = new Table(titles.toArray(String[]::new));
        choice.candidates().forEach(candidate -> table.row(row(candidate)));
        if (choice.candidates().stream().noneMatch(candidate -> candidate.id() == choice.id())) {
            table.row(row(choice.chosen()));
        }
        console.out().println("position " + choice.position());
        console.out().print(table);
        for (StepFilter filter : choice.filters()) {
            console.out().println(line(filter));
        }
        console.out().println("it wrote " + TokenText.visible(choice.token()) + ", because " + choice.why());
        console.out().println();
        console.out().flush();
    }

    private static Object[] row(StepCandidate candidate) {
        List<Object> cells = new ArrayList<>(List.of(TokenText.visible(candidate.token()), candidate.id()));
        boolean cut = false;
        for (double probability : candidate.probabilities()) {
            cut |= probability == 0 && candidate.cutBy() != null;
            cells.add(cut ? "-" : String.format(Locale.ROOT, "%.4f", probability));
        }
        return cells.toArray();
    }

    private static String line(StepFilter filter) {
        int cut = filter.before() - filter.after();
        String what = cut == 0 ? "cut none of " + filter.before() : String.format(Locale.ROOT, "cut %d of %d with %.4f of the probability: %s%s", cut,
                filter.before(), filter.probability(), TokenText.joined(filter.removed().stream().map(StepCandidate::token).toList()),
                cut > filter.removed().size() ? " …" : "");
        return filter.name() + " " + filter.values() + " " + what;
    }

    static Map<String, Object> json(StepChoice choice) {
        return Json.object("position", choice.position(), "id", choice.id(), "token", choice.token(), "text", choice.text(),
                "probability", choice.chosen().before(), "filteredProbability", choice.chosen().after(), "rank", choice.rank(), "possible",
                choice.possible(),
                "sampler", choice.sampler() == null ? null : choice.sampler().name(), "draw", choice.draw(), "from", choice.from(), "to", choice.to(),
                "why", choice.why(), "candidates", choice.candidates().stream().map(StepReport::json).toList(),
                "filters", choice.filters().stream().map(StepReport::json).toList());
    }

    private static Map<String, Object> json(StepCandidate candidate) {
        return Json.object("id", candidate.id(), "token", candidate.token(), "probabilities", candidate.probabilities(), "cutBy", candidate.cutBy());
    }

    private static Map<String, Object> json(StepFilter filter) {
        return Json.object("name", filter.name(), "values", filter.values(), "before", filter.before(), "after", filter.after(),
                "removedProbability", filter.probability(), "removed", filter.removed().stream().map(StepReport::json).toList());
    }
}
