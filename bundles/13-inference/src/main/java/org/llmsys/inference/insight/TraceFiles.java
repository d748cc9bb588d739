package org.llmsys.inference.insight;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Candidate;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.Tensor;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * Writes a trace as a folder that other tools open: the tensors in {@code trace.safetensors} under the names of their places, and what they are in
 * {@code trace.json}. Whole or not at all; other files of the folder stay.
 */
public final class TraceFiles {

    public static final String TENSORS = "trace.safetensors";
    public static final String FACTS = "trace.json";

    private TraceFiles() {
    }

    /** @throws org.llmsys.assembly.Problem when the folder cannot be written */
    public static void write(Trace trace, Path folder) {
        String facts = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(facts(trace)) + "\n";
        AtomicFiles.ON_DISK.writeFolder(folder, Set.of(TENSORS, FACTS)::contains, draft -> {
            draft.file(TENSORS, SafetensorsWriter.content(new NamedTensors(trace.places(), Map.of("format", "pt"))));
            draft.text(FACTS, facts);
        });
    }

    private static JsonObject facts(Trace trace) {
        JsonObject facts = new JsonObject();
        facts.addProperty("model", trace.model());
        JsonArray ids = new JsonArray();
        for (int id : trace.ids()) {
            ids.add(id);
        }
        facts.add("ids", ids);
        JsonArray tokens = new JsonArray();
        trace.tokens().forEach(tokens::add);
        facts.add("tokens", tokens);
        JsonArray places = new JsonArray();
        trace.places().forEach((name, value) -> places.add(place(name, value, trace.recomputed().contains(name))));
        facts.add("places", places);
        JsonArray providers = new JsonArray();
        trace.providers().forEach(provider -> providers.add(provider(provider)));
        facts.add("providers", providers);
        return facts;
    }

    private static JsonObject place(String name, Tensor value, boolean recomputed) {
        JsonObject place = new JsonObject();
        place.addProperty("name", name);
        JsonArray shape = new JsonArray();
        for (long extent : value.shape().extents()) {
            shape.add(extent);
        }
        place.add("shape", shape);
        place.addProperty("recomputed", recomputed);
        return place;
    }

    private static JsonObject provider(Candidate candidate) {
        JsonObject provider = new JsonObject();
        provider.addProperty("slot", candidate.slot());
        provider.addProperty("algorithm", candidate.algorithm());
        provider.addProperty("name", candidate.name());
        return provider;
    }
}
