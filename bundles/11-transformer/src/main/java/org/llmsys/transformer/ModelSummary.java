package org.llmsys.transformer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * A model layer by layer: what each gives, how many numbers it has learned, and what they take.
 *
 * <pre>{@code
 * System.out.print(ModelSummary.of(ModelPresets.named("gpt2"), 1, 1024));
 * }</pre>
 *
 * <pre>
 *   layer                    output             parameters          bytes
 *   wte                      (1, 1024, 768)     38,597,376    154,389,504
 *   wpe                      (1, 1024, 768)        786,432      3,145,728
 *   h.0                      (1, 1024, 768)      7,087,872     28,351,488
 *     ln_1                   (1, 1024, 768)          1,536          6,144
 *     ...
 * </pre>
 *
 * @param rows in the order of the model
 */
public record ModelSummary(List<Row> rows) {

    private static final String OUTPUT = "lm_head";
    private static final long F32 = 4;

    /**
     * One layer.
     *
     * @param name       of its weights, within its block
     * @param depth      0 for a part of the model, 1 for a part of a block; a block's row holds the sum of its parts
     * @param output     shape of what it gives
     * @param parameters learned numbers; 0 for an output that is tied to the embedding
     * @param bytes      what they take in memory
     */
    public record Row(String name, int depth, Shape output, long parameters, long bytes) {
    }

    public ModelSummary {
        rows = List.copyOf(rows);
    }

    /** Of a model whose weights are F32, for {@code batch} sequences of {@code sequence} tokens. */
    public static ModelSummary of(ModelConfig config, int batch, int sequence) {
        return of(config, null, batch, sequence);
    }

    static ModelSummary of(ModelConfig config, ModelWeights weights, int batch, int sequence) {
        Map<String, Map<String, Shape>> layers = new LinkedHashMap<>();                  // layer to its weights
        ModelWeights.expectedShapes(config).forEach((name, shape) ->
                layers.computeIfAbsent(name.substring(0, name.lastIndexOf('.')), layer -> new LinkedHashMap<>()).put(name, shape));
        List<Row> rows = new ArrayList<>();
        int block = -1;                                                                  // place of the block's row
        for (Map.Entry<String, Map<String, Shape>> layer : layers.entrySet()) {
            Row row = row(layer.getKey(), layer.getValue(), config, weights, batch, sequence);
            if (row.depth() == 0) {
                rows.add(row);
                continue;
            }
            String name = layer.getKey().substring(0, layer.getKey().indexOf('.', 2));   // h.3
            if (block < 0 || !rows.get(block).name().equals(name)) {
                block = rows.size();
                rows.add(new Row(name, 0, Shape.of(batch, sequence, config.embeddingDim()), 0, 0));
            }
            Row sum = rows.get(block);
            rows.set(block, new Row(name, 0, sum.output(), sum.parameters() + row.parameters(), sum.bytes() + row.bytes()));
            rows.add(row);
        }
        if (config.causal() && config.tiedOutput()) {
            rows.add(new Row(OUTPUT, 0, Shape.of(batch, sequence, config.vocabSize()), 0, 0));
        }
        return new ModelSummary(rows);
    }

    private static Row row(String layer, Map<String, Shape> shapes, ModelConfig config, ModelWeights weights, int batch, int sequence) {
        boolean inBlock = layer.startsWith("h.");
        Shape weight = shapes.get(layer + ".weight");
        long width = inBlock && weight.rank() == 2 ? weight.extent(1) : layer.equals(OUTPUT) ? weight.extent(0) : config.embeddingDim();
        long parameters = shapes.values().stream().mapToLong(Shape::size).sum();
        long bytes = weights == null ? F32 * parameters : shapes.keySet().stream().mapToLong(name -> bytes(weights.all().get(name).value())).sum();
        return new Row(inBlock ? layer.substring(layer.indexOf('.', 2) + 1) : layer, inBlock ? 1 : 0, Shape.of(batch, sequence, width), parameters, bytes);
    }

    private static long bytes(Tensor weight) {
        return weight.storage() instanceof WeightPanels panels ? panels.bytes() : weight.dtype().bytes(weight.size());
    }

    /** Learned numbers of the whole model. */
    public long parameters() {
        return rows.stream().filter(row -> row.depth() == 0).mapToLong(Row::parameters).sum();
    }

    /** What all weights take in memory. */
    public long bytes() {
        return rows.stream().filter(row -> row.depth() == 0).mapToLong(Row::bytes).sum();
    }

    /** A table for people, a line each and the totals last. */
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(line("layer", "output", "parameters", "bytes"));
        for (Row row : rows) {
            boolean tied = row.name().equals(OUTPUT) && row.parameters() == 0;
            table.append(line("  ".repeat(row.depth()) + row.name() + (tied ? " (tied to wte)" : ""), row.output().toString(),
                    String.format(Locale.ROOT, "%,d", row.parameters()), String.format(Locale.ROOT, "%,d", row.bytes())));
        }
        return table.append(line("total", "", String.format(Locale.ROOT, "%,d", parameters()), String.format(Locale.ROOT, "%,d", bytes()))).toString();
    }

    private static String line(String name, String output, String parameters, String bytes) {
        return String.format(Locale.ROOT, "%-24s %-20s %15s %17s\n", name, output, parameters, bytes);
    }
}
