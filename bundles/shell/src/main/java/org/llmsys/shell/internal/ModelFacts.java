package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.autograd.Variable;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufReader;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFiles;
import org.llmsys.inference.LoadedModel;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;

/**
 * What a model is made of: in its file, and in memory.
 *
 * @param format  the provider that reads the file
 * @param tensors of the file, in its order
 * @param loaded  as it computes
 */
record ModelFacts(Path path, String format, List<StoredTensor> tensors, LoadedModel loaded) {

    /**
     * One tensor of the file.
     *
     * @param type as the file calls it
     */
    record StoredTensor(String name, String type, Shape shape, long bytes) {
    }

    /** Tensors of one type: how many, and what they take. */
    record Share(long tensors, long bytes) {

        Share plus(long more) {
            return new Share(tensors + 1, bytes + more);
        }
    }

    static ModelFacts of(Path path, LoadedModel loaded, Assemblies assemblies) {
        String format = ModelFiles.formatOf(path, assemblies);
        List<StoredTensor> tensors = new ArrayList<>();
        if ("gguf".equals(format)) {                             // its own names, and types that are read as others
            GgufFile header = GgufReader.read(path);
            header.tensors().forEach(tensor -> tensors.add(new StoredTensor(tensor.name(), tensor.type().name(),
                    Shape.of(tensor.dimensions().reversed().stream().mapToLong(Long::longValue).toArray()), tensor.bytes())));
        } else {
            try (ModelFile file = ModelFiles.read(path, assemblies)) {
                file.tensors().forEach((name, tensor) -> tensors.add(new StoredTensor(name, tensor.dtype().name(), tensor.shape(),
                        tensor.dtype().bytes(tensor.size()))));
            }
        }
        return new ModelFacts(path, format == null ? "safetensors" : format, tensors, loaded);
    }

    ModelConfig config() {
        return loaded.model().config();
    }

    /** By type, as the file has them. */
    Map<String, Share> inFile() {
        Map<String, Share> shares = new LinkedHashMap<>();
        tensors.forEach(tensor -> shares.merge(tensor.type(), new Share(1, tensor.bytes()), (all, one) -> all.plus(one.bytes())));
        return shares;
    }

    /** By type and layout, as the model computes with them. */
    Map<String, Share> inMemory() {
        Map<String, Share> shares = new LinkedHashMap<>();
        for (Variable weight : loaded.model().weights().all().values()) {
            Tensor value = weight.value();
            long bytes = value.storage() instanceof WeightPanels panels ? panels.bytes() : value.dtype().bytes(value.size());
            String type = value.storage() instanceof WeightPanels panels ? panels.type() + " in panels" : value.dtype().name();
            shares.merge(type, new Share(1, bytes), (all, one) -> all.plus(one.bytes()));
        }
        return shares;
    }

    static long bytes(Map<String, Share> shares) {
        return shares.values().stream().mapToLong(Share::bytes).sum();
    }

    /** Keys and values of a full context, F32; 0 for an encoder, which keeps none. */
    long cacheBytes() {
        ModelConfig config = config();
        return config.causal() ? new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), config.contextLength()).bytes() : 0;
    }
}
