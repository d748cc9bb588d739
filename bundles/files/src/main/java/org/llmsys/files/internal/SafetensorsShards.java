package org.llmsys.files.internal;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.llmsys.assembly.Problem;
import org.llmsys.files.Findings;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Tensor;

/**
 * Weights that are spread over several files, with an index that says which tensor lies in which.
 *
 * <pre>
 *   model.safetensors.index.json = {"metadata": {"total_size": 123}, "weight_map": {"wte.weight": "model-00001-of-00002.safetensors", ...}}
 * </pre>
 *
 * <p>Each file must hold exactly the tensors that the index names for it; what is missing or too many in any of them is listed at once.
 * A file's name is letters, digits, points, dashes and underscores, so it lies in the folder.
 */
final class SafetensorsShards {

    private static final int MOST_TENSORS = 65_536;
    private static final int MOST_FILES = 4096;
    private static final int LONGEST_FILE_NAME = 96;

    private final Path index;
    private final Findings findings = new Findings();
    private final Map<String, String> fileOf = new LinkedHashMap<>();

    private SafetensorsShards(Path index) {
        this.index = index;
    }

    /** Every tensor, mapped, in the order of the index. @param json its content */
    static NamedTensors map(Path index, String json, FileMapping mapping, String owner) {
        SafetensorsShards shards = new SafetensorsShards(index);
        shards.parse(json);
        shards.findings.refuse(index);
        Map<String, Tensor> found = new HashMap<>();
        try {
            return shards.map(found, mapping, owner);
        } catch (Problem refused) {
            found.values().forEach(tensor -> tensor.storage().close());
            throw refused;
        }
    }

    private NamedTensors map(Map<String, Tensor> found, FileMapping mapping, String owner) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String file : fileOf.values().stream().distinct().toList()) {
            Path path = index.resolveSibling(file);
            if (!Files.isRegularFile(path)) {
                findings.add("the file %s is missing", file);
                continue;
            }
            NamedTensors shard = SafetensorsReader.map(path, NumberCheck.FINITE, mapping, owner);
            metadata.putAll(shard.metadata());
            shard.tensors().forEach((name, tensor) -> {
                if (file.equals(fileOf.get(name))) {
                    found.put(name, tensor);
                } else {
                    tensor.storage().close();
                    findings.add("%s holds %s, which %s", file, Findings.quote(name),
                            fileOf.containsKey(name) ? "the index looks for in " + fileOf.get(name) : "the index does not name");
                }
            });
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        fileOf.forEach((name, file) -> {
            if (found.containsKey(name)) {
                tensors.put(name, found.get(name));
            } else if (Files.isRegularFile(index.resolveSibling(file))) {
                findings.add("%s lacks %s", file, Findings.quote(name));
            }
        });
        findings.refuse(index);
        return new NamedTensors(tensors, metadata);
    }

    private void parse(String json) {
        JsonReader in = new JsonReader(new StringReader(json));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(8);
        try {
            in.beginObject();
            while (in.hasNext()) {
                if (in.nextName().equals("weight_map")) {
                    parseMap(in);
                } else {
                    in.skipValue();
                }
            }
            in.endObject();
            if (in.peek() != JsonToken.END_DOCUMENT) {
                findings.add("something follows its JSON");
            }
        } catch (IOException | JsonParseException | IllegalStateException e) {
            findings.add("it is not the JSON it should be: %s", Findings.printable(String.valueOf(e.getMessage()), 200));
        }
        if (findings.none() && fileOf.isEmpty()) {
            findings.add("its weight_map names no tensor");
        }
        if (findings.none() && fileOf.values().stream().distinct().count() > MOST_FILES) {
            findings.add("it names more than %d files", MOST_FILES);
        }
    }

    private void parseMap(JsonReader in) throws IOException {
        in.beginObject();
        while (in.hasNext()) {
            String name = in.nextName();
            if (in.peek() != JsonToken.STRING) {
                throw new IllegalStateException(Findings.quote(name) + " names no file");
            }
            String file = in.nextString();
            if (!plain(file)) {
                findings.add("%s lies in %s, which is no file name of weights", Findings.quote(name), Findings.quote(file));
            }
            if (fileOf.put(name, file) != null) {
                findings.add("%s stands there twice", Findings.quote(name));
            }
            if (fileOf.size() > MOST_TENSORS) {
                throw new IllegalStateException("it names more than " + MOST_TENSORS + " tensors");
            }
        }
        in.endObject();
    }

    private static boolean plain(String file) {
        return file.length() <= LONGEST_FILE_NAME && file.endsWith(".safetensors") && file.charAt(0) != '.'
                && file.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_'
                        || c == '-');
    }
}
