package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
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

/** Lists who is there for each slot, and who serves it. */
@Component(property = Command.NAME + "=services")
public final class ServicesCommand implements Command {

    private final Assemblies assemblies;
    private final Rooms rooms;

    @Activate
    public ServicesCommand(@Reference Assemblies assemblies, @Reference Rooms rooms) {
        this.assemblies = assemblies;
        this.rooms = rooms;
    }

    /** One line of the list; {@code algorithm} and {@code name} are empty where nobody is. */
    private record Row(String slot, String algorithm, String name, int ranking, boolean selected, String state, String bundle, String reason,
            String summary) {
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        Assembly assembly = assemblies.current();
        Optional<String> only = arguments.text("--slot");
        only.filter(slot -> !assembly.slots().contains(slot)).ifPresent(slot -> {
            throw Problem.misused("there is no slot called " + slot, "no bundle declares it", Names.suggestion(slot, assembly.slots()));
        });
        List<Row> rows = new ArrayList<>();
        for (String slot : new TreeSet<>(only.map(Set::of).orElseGet(assembly::slots))) {
            rows.addAll(rows(assembly, slot));
        }
        if (arguments.has("--json")) {
            console.json(rows.stream().map(row -> json(row, assembly.experiments())).toList());
        } else {
            print(rows, assembly.experiments(), console);
        }
        return 0;
    }

    private static List<Row> rows(Assembly assembly, String slot) {
        List<Row> rows = new ArrayList<>();
        String selection = assembly.selections().get(slot);
        boolean present = false;
        for (Candidate c : assembly.candidates(slot)) {
            boolean selected = c.name().equals(selection);
            present |= selected;
            String state = c.quarantine() != null ? "quarantined"
                    : assembly.serving(slot, c.algorithm()).filter(c::equals).isPresent() ? "serving" : "ready";
            rows.add(new Row(slot, c.algorithm(), c.name(), c.ranking(), selected, state, c.bundle(), c.quarantine(), c.summary()));
        }
        if (selection != null && !present) {
            rows.add(new Row(slot, "", selection, 0, true, "absent", "", "chosen, and serves again when it returns", ""));
        }
        if (rows.isEmpty()) {
            rows.add(new Row(slot, "", "", 0, false, "empty", "", "no bundle offers one", ""));
        }
        return rows;
    }

    private Map<String, Object> json(Row row, Map<String, String> experiments) {
        Map<String, Object> object = Json.object("room", rooms.of(row.slot()), "slot", row.slot(), "algorithm", row.algorithm(), "name", row.name(),
                "ranking", row.ranking(), "selected", row.selected(), "state", row.state(), "bundle", row.bundle(), "reason", row.reason());
        if (experiments.containsKey(row.slot())) {
            object.put("experiment", experiments.get(row.slot()));
        }
        return object;
    }

    private void print(List<Row> rows, Map<String, String> experiments, Console console) {
        Table table = new Table("room", "slot", "algorithm", "name", "state", "about");
        for (Row row : rows) {
            table.row(rooms.of(row.slot()), row.slot(), row.algorithm(), row.name() + (row.selected() ? " (chosen)" : ""), row.state(),
                    row.reason() == null ? row.summary() : row.reason());
        }
        console.out().print(table);
        experiments.forEach((slot, name) -> console.out().println("experiment: " + name + " serves " + slot
                + " whatever the model asks for; ./llmsys use " + slot + " auto ends it"));
    }
}
