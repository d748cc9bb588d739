package org.llmsys.transformer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.StoredWeight.Part;
import org.llmsys.transformer.StoredWeight.Role;

/**
 * Between the tensors of a file and the weights of a model, both ways.
 *
 * <pre>
 *   file (out, in), several parts  --turned, put side by side--&gt;  weight (in, out)
 * </pre>
 *
 * <p>A model that is only read keeps every matrix that rows are multiplied with in {@link WeightPanels}, in the type of the file: a copy that is made
 * once, when the model is loaded, so that each product reads memory from front to back. A model that learns keeps them as plain matrices (in, out).
 */
public final class WeightArrangement {

    /** Side of the squares in which a matrix is turned: both sides of a square stay in the cache. */
    private static final int SQUARE = 32;

    private WeightArrangement() {
    }

    /**
     * The weight that these parts make, for reading: in {@link WeightPanels} where it is multiplied with and all parts have one type, else in F32
     * on the heap.
     */
    public static Tensor weight(StoredWeight stored, List<Tensor> parts) {
        List<Tensor> rows = rowsOfOutputs(stored, parts);
        if (rows != null && rows.stream().allMatch(row -> row.dtype() == rows.getFirst().dtype() && WeightPanels.holds(row.dtype()))) {
            Tensor weight = WeightPanels.of(rows.stream().map(WeightArrangement::readable).toList()).tensor();       // (in,out)
            return stored.role() == Role.OUTPUT ? weight.transpose(0, 1) : weight;
        }
        return trainable(stored, parts);
    }

    /** The parts as (out, in), if the weight is multiplied with. */
    private static List<Tensor> rowsOfOutputs(StoredWeight stored, List<Tensor> parts) {
        return switch (stored.role()) {
            case LINEAR -> stored.transposed() || parts.getFirst().dtype().blocked() ? parts      // blocks lie along the inputs, always
                    : parts.stream().map(part -> part.transpose(0, 1)).toList();
            case OUTPUT -> parts;
            case LOOKUP, VECTOR -> null;
        };
    }

    /** Rows of outputs as panels are filled from: F32 of the heap as it lies, anything else in one line. */
    private static Tensor readable(Tensor rows) {
        if (rows.dtype() != DType.F32) {
            return rows.contiguous();
        }
        return rows.isContiguous() || rows.storage().floats() != null ? rows : inF32(rows.transpose(0, 1)).transpose(0, 1);
    }

    /** The weight that these parts make, for learning: in F32 on the heap. A whole F32 tensor that lies right is not copied. */
    public static Tensor trainable(StoredWeight stored, List<Tensor> parts) {
        if (!stored.transposed() && parts.size() == 1) {
            Tensor only = parts.getFirst();
            if (only.shape().rank() == 2 && !only.isContiguous() && only.transpose(0, 1).isContiguous()) {
                Tensor weight = Tensor.zeros(DType.F32, only.shape());
                turn(inF32(only.transpose(0, 1)), weight, 0);
                return weight;
            }
            return only.dtype() == DType.F32 && only.isContiguous() && only.storage().floats() != null ? only : inF32(only);
        }
        if (!stored.transposed()) {
            return Tensor.concat(0, parts.stream().map(WeightArrangement::inF32).toArray(Tensor[]::new));
        }
        int in = parts.getFirst().shape().intExtent(1);
        int out = parts.stream().mapToInt(part -> part.shape().intExtent(0)).sum();
        Tensor weight = Tensor.zeros(DType.F32, Shape.of(in, out));
        int column = 0;
        for (Tensor part : parts) {
            turn(inF32(part), weight, column);
            column += part.shape().intExtent(0);
        }
        return weight;
    }

    /**
     * The same model with every matrix that rows are multiplied with laid out for reading, in F32 or in a narrow type, to which each weight is
     * rounded once; what is only looked up or added stays. A matrix whose inputs do not fill blocks stays too.
     *
     * @param type one that {@link WeightPanels} hold
     */
    public static ModelWeights forReading(ModelWeights weights, ModelConfig config, DType type) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (StoredWeight stored : StoredWeight.of(config)) {
            Tensor weight = weights.all().get(stored.name()).value();
            tensors.put(stored.name(), switch (stored.role()) {
                case LINEAR -> whole(weight.shape().extent(0), type) ? panels(weight.transpose(0, 1), type) : weight;
                case OUTPUT -> whole(weight.shape().extent(1), type) ? panels(weight, type).transpose(0, 1) : weight;
                case LOOKUP, VECTOR -> weight;
            });
        }
        return new ModelWeights(tensors);
    }

    private static boolean whole(long inputs, DType type) {
        return !type.blocked() || inputs % BlockFormat.SIZE == 0;
    }

    /** (out,in) to (in,out). */
    private static Tensor panels(Tensor rows, DType type) {
        return WeightPanels.of(List.of(type == DType.F32 ? readable(rows) : rows.contiguous().to(type))).tensor();
    }

    /** The tensors that a file keeps of a weight, by their names there; panels are widened to F32. */
    public static Map<String, Tensor> parts(StoredWeight stored, Tensor weight) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        int along = weight.shape().rank() - 1;
        long from = 0;
        for (Part part : stored.parts()) {
            long width = part.shape().extent(stored.transposed() ? 0 : along);
            Tensor wide = weight.storage() instanceof WeightPanels ? inF32(weight) : weight;
            Tensor slice = stored.parts().size() == 1 ? wide : wide.slice(along, from, from + width);
            parts.put(part.name(), stored.transposed() ? slice.transpose(0, 1) : slice);
            from += width;
        }
        return parts;
    }

    private static Tensor inF32(Tensor tensor) {
        if (tensor.dtype() == DType.F32 && tensor.isContiguous() && tensor.storage().floats() != null) {
            return tensor;
        }
        Tensor converted = Tensor.zeros(DType.F32, tensor.shape());
        converted.copyFrom(tensor);
        return converted;
    }

    /** weight[k, column + n] = part[n, k], square by square. */
    private static void turn(Tensor part, Tensor weight, int column) {
        int rows = part.shape().intExtent(0);
        int columns = part.shape().intExtent(1);
        int width = weight.shape().intExtent(1);
        float[] from = part.floats();
        float[] to = weight.floats();
        int first = part.floatOffset();
        for (int n0 = 0; n0 < rows; n0 += SQUARE) {
            for (int k0 = 0; k0 < columns; k0 += SQUARE) {
                for (int k = k0; k < Math.min(k0 + SQUARE, columns); k++) {
                    for (int n = n0; n < Math.min(n0 + SQUARE, rows); n++) {
                        to[k * width + column + n] = from[first + n * columns + k];
                    }
                }
            }
        }
    }
}
