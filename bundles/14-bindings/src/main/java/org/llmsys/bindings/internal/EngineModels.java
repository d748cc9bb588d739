package org.llmsys.bindings.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Variable;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelSource;
import org.llmsys.inference.ModelStore;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.transformer.TransformerModel;

/**
 * The engine's own of each model that Java has loaded, made when it is first asked for and given back when Java's is collected.
 *
 * <pre>
 *   read from files that are as they were     the engine maps and reads them itself
 *   any other                                 written to a folder that lives for that moment, in the format that both read
 * </pre>
 *
 * <p>Matrices are held in the type that Java holds them in. Weights that are still learning change under the copy: where they are plain arrays,
 * their contents are compared, and a changed model is copied anew.
 */
final class EngineModels implements AutoCloseable {

    private final ModelStore store;
    private final List<Copy> copies = new ArrayList<>();

    EngineModels(ModelStore store) {
        this.store = store;
    }

    private record Copy(WeakReference<TransformerModel> of, long contents, EngineModel model) {
    }

    synchronized EngineModel of(LoadedModel loaded) {
        long contents = contents(loaded.model());
        for (Iterator<Copy> each = copies.iterator(); each.hasNext();) {
            Copy copy = each.next();
            TransformerModel of = copy.of().get();
            if (of == loaded.model() && copy.contents() == contents) {
                return copy.model();
            }
            if (of == null || of == loaded.model()) {
                each.remove();
                copy.model().close();                                  // sessions over it go on: the engine counts
            }
        }
        EngineModel copy = read(loaded).orElseGet(() -> copy(loaded));
        copies.add(new Copy(new WeakReference<>(loaded.model()), contents, copy));
        return copy;
    }

    /** From the model's own files; empty when there are none, they have changed, or the engine does not read them. */
    private static Optional<EngineModel> read(LoadedModel loaded) {
        ModelSource source = loaded.source().filter(ModelSource::unchanged).orElse(null);
        if (source == null) {
            return Optional.empty();
        }
        EngineModel model;
        try {
            model = EngineModel.load(source.path(), null);
        } catch (Problem notItsForm) {
            return Optional.empty();
        }
        if (source.unchanged() && model.vocabSize() == loaded.model().config().vocabSize()) {
            return Optional.of(model);
        }
        model.close();
        return Optional.empty();
    }

    private EngineModel copy(LoadedModel loaded) {
        try {
            Path folder = Files.createTempDirectory("llmsys-native-");
            try {
                store.save(loaded, folder.resolve("model"));
                return EngineModel.load(folder.resolve("model"), type(loaded.model()));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the model " + loaded.name() + " cannot be handed to the native engine", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** {@code q8_0} or {@code q4_0} where Java's matrices are, else null: F32. */
    private static String type(TransformerModel model) {
        for (Variable weight : model.weights().all().values()) {
            if (weight.value().storage() instanceof WeightPanels panels && (panels.type() == DType.Q8_0 || panels.type() == DType.Q4_0)) {
                return panels.type().name().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    /** A number that changes with every weight that can change; nobody learns in a model whose matrices are laid out for reading. */
    private static long contents(TransformerModel model) {
        long sum = 1;
        if (model.weights().all().values().stream().anyMatch(weight -> weight.value().storage() instanceof WeightPanels)) {
            return sum;
        }
        for (Variable weight : model.weights().all().values()) {
            Storage storage = weight.value().storage();
            if (!(storage instanceof WeightPanels) && storage.floats() != null) {
                sum = mixed(sum, storage.floats());
            }
        }
        return sum;
    }

    /** Each step multiplies by an odd number after a shift that brings high bits down, so no bit, a sign's neither, can cancel itself out. */
    private static long mixed(long sum, float[] numbers) {
        long mixed = sum;
        for (float number : numbers) {
            mixed = (mixed ^ mixed >>> 29 ^ Float.floatToRawIntBits(number)) * 0x9E3779B97F4A7C15L;
        }
        return mixed;
    }

    @Override
    public synchronized void close() {
        copies.forEach(copy -> copy.model().close());
        copies.clear();
    }
}
