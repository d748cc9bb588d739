package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.bench.Benchmarks;
import org.llmsys.shell.internal.bench.Material;
import org.llmsys.shell.internal.bench.OtherProcess;
import org.llmsys.shell.internal.bench.Request;
import org.llmsys.shell.internal.bench.Row;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Trainer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Measures, and prints rows. */
@Component(property = Command.NAME + "=bench")
public final class BenchCommand implements Command {

    private static final String USUAL = "matmul";

    /** What the script measures: the workbench has no part in it. */
    private static final Set<String> OUTSIDE = Set.of("wasm", "python");

    private final Assemblies assemblies;
    private final WorkerPool pool;
    private final Trainer trainer;

    @Activate
    public BenchCommand(@Reference Assemblies assemblies, @Reference WorkerPool pool, @Reference Trainer trainer) {
        this.assemblies = assemblies;
        this.pool = pool;
        this.trainer = trainer;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException, InterruptedException {
        String name = arguments.words().isEmpty() ? USUAL : arguments.words("NAME").getFirst();
        if (OUTSIDE.contains(name)) {
            throw Problem.misused("bench " + name + " does not run inside a workbench", "it measures an engine of its own",
                    "leave it and run ./llmsys bench " + name);
        }
        Optional<Material> material = name.equals(Benchmarks.TOKENIZER) ? Optional.of(material(arguments)) : Optional.empty();
        if (material.isEmpty() && (arguments.has("--text") || arguments.has("--tokenizer"))) {
            throw Problem.misused("--text and --tokenizer do not fit to bench " + name, "it makes up what it works on", "write ./llmsys bench tokenizer, or leave them out");
        }
        Request request = new Request(name, arguments.text("--sizes").orElse(""), arguments.text("--threads").orElse(""),
                arguments.text("--names").orElse(""), (int) arguments.whole("--rounds"), arguments.has("--peers"),
                arguments.has("--cpu-time"), material, arguments.path("--llama2c"));
        List<Row> rows = new Benchmarks(assemblies, pool, trainer, new Watcher(console), console).run(request);
        if (OtherProcess.isHere()) {
            rows.forEach(row -> console.out().println(row.line()));
        } else if (arguments.has("--json")) {
            console.json(rows.stream().map(Row::json).toList());
        } else {
            print(rows, console);
        }
        return 0;
    }

    private static Material material(Arguments arguments) {
        Path text = arguments.path("--text").orElseGet(Models::corpus);
        return new Material(text, Texts.read(text, "--text"), !arguments.has("--text"), arguments.path("--tokenizer"));
    }

    private static void print(List<Row> rows, Console console) {
        boolean peers = rows.stream().anyMatch(row -> row.peer() != null);
        Table table = peers ? new Table("slot", "name", "case", "threads", "value", "unit", "peer", "peer's value", "ratio")
                : new Table("slot", "name", "case", "threads", "value", "unit");
        for (Row row : rows) {
            String value = number(row.value());
            if (!peers) {
                table.row(row.slot(), row.name(), row.what(), row.threads(), value, row.unit());
            } else {
                boolean beside = row.peer() != null;
                table.row(row.slot(), row.name(), row.what(), row.threads(), value, row.unit(), beside ? row.peer() : "",
                        beside ? number(row.peerValue()) : "", beside ? number(row.ratio()) : "");
            }
        }
        console.out().print(table);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 0.1 ? "%.5f" : "%.2f", value);
    }
}
