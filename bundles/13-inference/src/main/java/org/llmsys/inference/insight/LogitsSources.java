package org.llmsys.inference.insight;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;

/**
 * What a person means by a side of a comparison.
 *
 * <pre>
 *   current                              the model as the workbench computes it now
 *   matmul=naive,attention=reference     the model with these implementations; another algorithm is an experiment of this side alone
 *   engine=batched[,matmul=naive]        the model as an engine writes with it; one of a plug-in goes without further choices
 *   batch=8[,engine=NAME][,…]            the same as one of so many sequences at once, by engine batched when none is named
 *   logits.npy, .json, .safetensors      rows of logits in a file
 *   any other path                       another model, as the workbench computes it now
 * </pre>
 */
public final class LogitsSources {

    public static final String CURRENT = "current";
    private static final String ENGINE = "engine";
    private static final String BATCH = "batch";
    private static final int MOST_AT_ONCE = 256;

    private final Assemblies assemblies;
    private final ModelStore store;

    public LogitsSources(Assemblies assemblies, ModelStore store) {
        this.assemblies = assemblies;
        this.store = store;
    }

    /**
     * @param word  as above
     * @param model of sides that name none; asked for by these only
     * @throws Problem for a slot, name, engine or file that is not there
     */
    public LogitsSource of(String word, Supplier<LoadedModel> model) {
        if (word.equals(CURRENT)) {
            return new LogitsSource.OfNetwork(word, model.get(), null);
        }
        Path path = path(word);
        if (path != null) {
            return LogitsFiles.isOne(path) ? new LogitsSource.OfFile(word, LogitsFiles.read(path))
                    : new LogitsSource.OfNetwork(word, store.load(path), null);
        }
        if (word.indexOf('=') < 0) {
            throw Problem.misused("there is no side " + word, "it is no file, and names no slot", "write SLOT=NAME, engine=NAME, batch=N, " + CURRENT
                    + ", or the path of a model or of a file of logits");
        }
        return assembled(word, model);
    }

    private LogitsSource assembled(String word, Supplier<LoadedModel> model) {
        Assembly assembly = assemblies.current();
        String engine = null;
        int batch = 0;
        boolean chosen = false;
        for (String choice : word.split(",")) {
            int equals = choice.indexOf('=');
            if (equals <= 0 || equals == choice.length() - 1) {
                throw Problem.misused("the side " + word + " cannot be read", "\"" + choice + "\" is no choice", "write SLOT=NAME,SLOT=NAME");
            }
            String slot = choice.substring(0, equals).strip();
            String name = choice.substring(equals + 1).strip();
            switch (slot) {
                case ENGINE -> engine = name;
                case BATCH -> batch = batch(word, name);
                default -> {
                    assembly = chosen(assembly, slot, name);
                    chosen = true;
                }
            }
        }
        if (engine == null && batch == 0) {
            return new LogitsSource.OfNetwork(word, model.get(), assembly);
        }
        String named = engine == null ? TappedEngine.BATCHED : engine;
        boolean tapped = TappedEngine.NAMES.contains(named);
        if (!tapped) {
            requireServed(named, chosen);
        }
        return new LogitsSource.OfEngine(word, model.get(), tapped ? assembly : null, named, Math.max(1, batch));
    }

    private static int batch(String word, String number) {
        try {
            int batch = Integer.parseInt(number);
            if (batch >= 1 && batch <= MOST_AT_ONCE) {
                return batch;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw Problem.misused("the side " + word + " cannot be read", "\"" + number + "\" is no number of sequences",
                "write batch=N with N from 1 to " + MOST_AT_ONCE);
    }

    /** Before anything is computed. */
    private void requireServed(String engine, boolean chosen) {
        Assembly current = assemblies.current();
        Set<String> names = new TreeSet<>(TappedEngine.NAMES);
        if (current.slots().contains(ENGINE)) {
            current.candidates(ENGINE).forEach(candidate -> names.add(candidate.name()));
        }
        if (!names.contains(engine)) {
            throw Problem.misused("there is no engine " + engine, "there are " + String.join(", ", names), Names.suggestion(engine, names));
        }
        if (chosen) {
            throw Problem.misused("the engine " + engine + " computes with the workbench's choice and no other",
                    "it takes its steps by itself; only " + String.join(" and ", TappedEngine.NAMES) + " can be given implementations for one side",
                    "choose them for the workbench with use SLOT NAME, and write engine=" + engine + " alone");
        }
    }

    /** Where a slot has several algorithms, the choice is of an implementation of one of them: an experiment only when the slot serves another. */
    private static Assembly chosen(Assembly assembly, String slot, String name) {
        List<String> algorithms = new ArrayList<>();
        for (Candidate candidate : assembly.slots().contains(slot) ? assembly.candidates(slot) : List.<Candidate>of()) {
            if (!algorithms.contains(candidate.algorithm())) {
                algorithms.add(candidate.algorithm());
            }
        }
        boolean only = algorithms.size() < 2;
        boolean sibling = !only && assembly.candidates(slot).stream().filter(candidate -> candidate.name().equals(name))
                .anyMatch(chosen -> assembly.candidates(slot).stream().anyMatch(other -> !other.name().equals(name)
                        && other.algorithm().equals(chosen.algorithm())));
        return only || sibling ? assembly.with(slot, name) : assembly.withExperiment(slot, name);
    }

    private static Path path(String word) {
        try {
            Path path = Path.of(word);
            return Files.exists(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
