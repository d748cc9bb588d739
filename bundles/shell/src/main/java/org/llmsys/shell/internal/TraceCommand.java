package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.inference.insight.Trace;
import org.llmsys.inference.insight.TraceFiles;
import org.llmsys.inference.insight.TracePattern;
import org.llmsys.inference.insight.TracePlace;
import org.llmsys.inference.insight.TraceRecorder;
import org.llmsys.inference.insight.TraceStatistics;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows or writes what a model computes on its way. */
@Component(property = Command.NAME + "=trace")
public final class TraceCommand implements Command {

    private final Assemblies assemblies;
    private final Models models;

    @Activate
    public TraceCommand(@Reference Assemblies assemblies, @Reference Models models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        PromptTokens prompt = PromptTokens.of(models.load(arguments), arguments.required("--prompt"));
        TraceRecorder recorder = new TraceRecorder(assemblies, watcher);
        TracePattern wanted = TracePattern.of(arguments.required("--hooks"));
        if (arguments.has("--list")) {
            list(recorder.places(prompt.model(), prompt.ids()).stream().filter(place -> wanted.matches(place.name())).toList(), arguments.has("--json"), console);
            return 0;
        }
        Trace trace = recorder.record(prompt.model(), prompt.ids(), wanted);
        Optional<Path> out = arguments.path("--out");
        out.ifPresent(folder -> TraceFiles.write(trace, folder));
        if (arguments.has("--json")) {
            console.json(json(trace, out));
        } else if (out.isPresent()) {
            console.out().println("wrote " + trace.places().size() + " places to " + out.get().resolve(TraceFiles.TENSORS) + " and "
                    + out.get().resolve(TraceFiles.FACTS));
        } else {
            table(trace, console);
        }
        if (!trace.recomputed().isEmpty()) {
            console.err().println(trace.recomputed().size() + " places are held by no kernel: the reference computed them again for this step"
                    + " (marked * in tables, recomputed in JSON)");
        }
        return 0;
    }

    private static void list(List<TracePlace> places, boolean asJson, Console console) {
        if (asJson) {
            console.json(places.stream().map(place -> Json.object("name", place.name(), "shape", extents(place.shape().extents()),
                    "recomputed", place.recomputed())).toList());
            return;
        }
        Table table = new Table("place", "shape");
        places.forEach(place -> table.row(place.name() + (place.recomputed() ? " *" : ""), place.shape()));
        console.out().print(table);
    }

    private static void table(Trace trace, Console console) {
        Table table = new Table("place", "shape", "mean", "std", "min", "max");
        trace.places().forEach((place, value) -> {
            TraceStatistics x = TraceStatistics.of(value);
            table.row(place + (trace.recomputed().contains(place) ? " *" : ""), value.shape(), number(x.mean()), number(x.std()), number(x.min()),
                    number(x.max()));
        });
        console.out().print(table);
    }

    private static String number(double x) {
        return Double.isNaN(x) ? "-" : String.format(Locale.ROOT, "%.4g", x);
    }

    private static Map<String, Object> json(Trace trace, Optional<Path> out) {
        List<Map<String, Object>> places = new ArrayList<>();
        trace.places().forEach((place, value) -> {
            TraceStatistics x = TraceStatistics.of(value);
            places.add(Json.object("name", place, "shape", extents(value.shape().extents()), "mean", x.mean(), "std", x.std(), "min", x.min(), "max",
                    x.max(), "hidden", x.hidden(), "recomputed", trace.recomputed().contains(place)));
        });
        List<Map<String, Object>> providers = trace.providers().stream().map(TraceCommand::provider).toList();
        return Json.object("model", trace.model(), "ids", trace.ids(), "tokens", trace.tokens(), "places", places, "providers", providers,
                "out", out.map(Path::toString).orElse(null));
    }

    private static Map<String, Object> provider(Candidate candidate) {
        return Json.object("slot", candidate.slot(), "algorithm", candidate.algorithm(), "name", candidate.name());
    }

    private static List<Long> extents(long[] extents) {
        return Arrays.stream(extents).boxed().toList();
    }
}
