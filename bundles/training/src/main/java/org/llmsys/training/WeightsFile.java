package org.llmsys.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Variable;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.Tensor;

/**
 * Saves the weights of any network by name in one safetensors file, and puts them back.
 *
 * <p>A file is written whole or not at all. Loading checks everything before it changes anything.
 *
 * <pre>{@code
 * WeightsFile.save(path, weights.all());
 * WeightsFile.load(path, weights.all());                                        // all of them
 * WeightsFile.load(path, weights.all(), name -> name.startsWith("features."));  // what another task can use of them
 * }</pre>
 */
public final class WeightsFile {

    private static final int SHOWN = 20;

    private WeightsFile() {
    }

    /** Writes or replaces the file. @throws Problem when it cannot be written; the last complete version is then still there */
    public static void save(Path file, Map<String, Variable> weights) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        weights.forEach((name, weight) -> tensors.put(name, weight.value()));
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(tensors, Map.of())));
    }

    /**
     * Copies the file's values into the weights, which must have the same names and shapes.
     *
     * @throws Problem that lists every tensor missing, extra, or of another shape or type; no weight has changed then
     */
    public static void load(Path file, Map<String, Variable> weights) {
        load(file, weights, name -> true);
    }

    /**
     * Copies some of the file's values into some of the weights: what a network that learned another task has in common with this one.
     *
     * @param chosen names to load; all others, here and in the file, are passed over
     * @throws Problem that lists every chosen tensor missing, extra, or of another shape or type, or when none is chosen; no weight has
     *         changed then
     */
    public static void load(Path file, Map<String, Variable> weights, Predicate<String> chosen) {
        Map<String, Tensor> saved = SafetensorsReader.read(file, NumberCheck.FINITE).tensors();
        Map<String, Tensor> here = new LinkedHashMap<>();
        weights.forEach((name, weight) -> {
            if (chosen.test(name)) {
                here.put(name, weight.value());
            }
        });
        List<String> wrong = new ArrayList<>();
        here.forEach((name, value) -> compare(name, value, saved.get(name), wrong));
        saved.keySet().stream().filter(chosen).filter(name -> !here.containsKey(name)).forEach(name -> wrong.add(name + " is not in the network"));
        if (here.isEmpty()) {
            wrong.add("no weight was chosen of " + weights.keySet());
        }
        if (!wrong.isEmpty()) {
            String more = wrong.size() > SHOWN ? "; and " + (wrong.size() - SHOWN) + " more" : "";
            throw Problem.failed("cannot load the weights in " + file, String.join("; ", wrong.subList(0, Math.min(SHOWN, wrong.size()))) + more,
                    "give the file of a network of this form, or load only the names that both have");
        }
        here.forEach((name, value) -> value.copyFrom(saved.get(name)));
    }

    private static void compare(String name, Tensor value, Tensor found, List<String> wrong) {
        if (found == null) {
            wrong.add(name + " is not in the file");
        } else if (!found.shape().equals(value.shape()) || found.dtype() != value.dtype()) {
            wrong.add(name + " is " + found.dtype() + found.shape() + " in the file, " + value.dtype() + value.shape() + " in the network");
        }
    }
}
