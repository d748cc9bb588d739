package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Measures. Each benchmark is a class that gives rows. */
@Component(property = Command.NAME + "=bench")
public final class BenchCommand implements Command {

    /**
     * One result. {@code peer} is null when none ran.
     *
     * @param name  the provider
     * @param what  the case: a size, a part
     * @param value in {@code unit}
     */
    record Row(String slot, String name, String what, int threads, double value, String unit, String peer, double peerValue) {

        /** Above 1: we are faster. */
        double ratio() {
            return value / peerValue;
        }
    }

    private static final Set<String> NAMES = Set.of("matmul", "services");

    private final Assemblies assemblies;
    private final WorkerPool pool;

    @Activate
    public BenchCommand(@Reference Assemblies assemblies, @Reference WorkerPool pool) {
        this.assemblies = assemblies;
        this.pool = pool;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException, InterruptedException {
        String name = arguments.words().isEmpty() ? "matmul" : arguments.words("NAME").getFirst();
        List<Row> rows = switch (name) {
            case "matmul" -> new MatmulBenchmark(assemblies, pool).run(numbers(arguments, "--sizes", 8192), numbers(arguments, "--threads", 1024),
                    (int) arguments.whole("--rounds"), arguments.has("--peers"), console);
            case "services" -> new ServicesBenchmark(assemblies, pool).run(console);
            default -> throw Problem.misused("there is no benchmark " + name, "the benchmarks are matmul and services", Names.suggestion(name, NAMES));
        };
        if (Boolean.getBoolean(MatmulBenchmark.CHILD)) {
            rows.forEach(row -> console.out().println(MatmulBenchmark.line(row)));
        } else if (arguments.has("--json")) {
            console.json(rows.stream().map(BenchCommand::json).toList());
        } else {
            print(rows, console);
        }
        return 0;
    }

    private List<Integer> numbers(Arguments arguments, String option, int largest) {
        if (arguments.text(option).isEmpty()) {
            return List.of(pool.threads());
        }
        List<Integer> numbers = new ArrayList<>();
        for (String number : arguments.required(option).split(",")) {
            if (!number.strip().matches("[1-9][0-9]{0,4}") || Integer.parseInt(number.strip()) > largest) {
                throw Problem.misused(option + " cannot be " + number, "it takes whole numbers from 1 to " + largest + ", with commas between",
                        "write for example " + option + " 1,2");
            }
            numbers.add(Integer.valueOf(number.strip()));
        }
        return numbers;
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> object = Json.object("slot", row.slot(), "name", row.name(), "case", row.what(), "threads", row.threads(),
                "value", row.value(), "unit", row.unit());
        if (row.peer() != null) {
            object.put("peer", row.peer());
            object.put("peerValue", row.peerValue());
            object.put("ratio", row.ratio());
        }
        return object;
    }

    private static void print(List<Row> rows, Console console) {
        boolean peers = rows.stream().anyMatch(row -> row.peer() != null);
        Table table = peers ? new Table("slot", "name", "case", "threads", "value", "unit", "peer", "peer's value", "ratio")
                : new Table("slot", "name", "case", "threads", "value", "unit");
        for (Row row : rows) {
            String value = String.format(Locale.ROOT, row.value() < 0.1 ? "%.5f" : "%.2f", row.value());
            if (!peers) {
                table.row(row.slot(), row.name(), row.what(), row.threads(), value, row.unit());
            } else {
                table.row(row.slot(), row.name(), row.what(), row.threads(), value, row.unit(), row.peer(),
                        row.peer() == null ? "" : String.format(Locale.ROOT, "%.2f", row.peerValue()),
                        row.peer() == null ? "" : String.format(Locale.ROOT, "%.2f", row.ratio()));
            }
        }
        console.out().print(table);
    }
}
