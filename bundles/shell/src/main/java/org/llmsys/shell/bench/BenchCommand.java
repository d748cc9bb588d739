package org.llmsys.shell.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code bench [NAME]}: runs a {@link Benchmark} and prints its rows. */
@Component(property = Command.NAME + "=bench")
public final class BenchCommand implements Command {

    private final Map<String, Benchmark> benchmarks = new TreeMap<>();

    @Activate
    public BenchCommand(@Reference(policyOption = ReferencePolicyOption.GREEDY) List<Map.Entry<Map<String, Object>, Benchmark>> found) {
        found.forEach(entry -> benchmarks.put(entry.getKey().get(Benchmark.NAME).toString(), entry.getValue()));
    }

    @Override
    public int run(Arguments arguments, Console console) throws Exception {
        String name = arguments.words().isEmpty() ? "matmul" : arguments.words("NAME").getFirst();
        Benchmark benchmark = benchmarks.get(name);
        if (benchmark == null) {
            throw Problem.misused("there is no benchmark " + name, "benchmarks are " + String.join(", ", benchmarks.keySet()),
                    Names.suggestion(name, benchmarks.keySet()));
        }
        List<Benchmark.Row> rows = benchmark.run(arguments, console);
        if (arguments.has("--json")) {
            console.json(rows.stream().map(BenchCommand::json).toList());
        } else {
            console.out().print(table(rows));
        }
        return 0;
    }

    private static Map<String, Object> json(Benchmark.Row row) {
        Map<String, Object> object = new LinkedHashMap<>(Json.object("slot", row.slot(), "name", row.name(), "case", row.workload(), "threads", row.threads(),
                "value", row.value(), "unit", row.unit()));
        if (row.peer() != null) {
            object.putAll(Json.object("peer", row.peer(), "peerValue", row.peerValue(), "ratio", row.ratio()));
        }
        return object;
    }

    private static Table table(List<Benchmark.Row> rows) {
        boolean peers = rows.stream().anyMatch(row -> row.peer() != null);
        Table table = peers ? new Table("slot", "name", "case", "threads", "value", "unit", "peer", "its value", "ratio")
                : new Table("slot", "name", "case", "threads", "value", "unit");
        for (Benchmark.Row row : rows) {
            String value = String.format(Locale.ROOT, row.value() < 10 ? "%.3f" : "%.1f", row.value());
            if (peers) {
                table.row(row.slot(), row.name(), row.workload(), row.threads(), value, row.unit(), row.peer() == null ? "" : row.peer(),
                        String.format(Locale.ROOT, "%.1f", row.peerValue()), String.format(Locale.ROOT, "%.2f", row.ratio()));
            } else {
                table.row(row.slot(), row.name(), row.workload(), row.threads(), value, row.unit());
            }
        }
        return table;
    }
}
