package org.llmsys.matmul;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * The weights (K,N) of a linear layer in a narrow type, laid out for products with a few rows: sixteen outputs side by side, so that a
 * register of sixteen lanes reads its next sixteen weights from the next bytes of memory.
 *
 * <pre>
 *   panel p holds the columns 16p .. 16p+15
 *   Q8_0      codes[p][block][k in 0..31][lane]                     a signed byte q;  weight = scales[p][block][lane] * q
 *   Q4_0      codes[p][block][j in 0..15][lane]                     low half: k = j, high half: k = j + 16;  weight = scale * (half - 8)
 *   F16, BF16 halves[p][k][lane]
 * </pre>
 *
 * <p>The numbers are those of the file, no bit is lost; only their order is another. Missing columns of the last panel are 0. As a
 * {@link Storage} its elements are those of the matrix (K,N), row after row, dequantized when somebody asks: whoever does not know
 * panels computes with them as with any F32 storage outside the heap, only slower. {@link #segment} is null.
 *
 * <pre>{@code
 * WeightPanels panels = WeightPanels.of(List.of(q, k, v));              // each (out, in) in Q8_0, as files have them
 * Tensor weight = panels.tensor();                                      // (in, out)
 * }</pre>
 */
public final class WeightPanels implements Storage {

    /** Columns of a panel. */
    public static final int WIDTH = 16;

    private final DType type;
    private final int depth;
    private final int columns;
    private final byte[] codes;
    private final short[] halves;
    private final float[] scales;

    private WeightPanels(DType type, int depth, int columns) {
        this.type = type;
        this.depth = depth;
        this.columns = columns;
        long elements = Math.multiplyExact((long) Math.ceilDiv(columns, WIDTH) * WIDTH, depth);
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ShapeException("weight panels", Shape.of(depth, columns), "an array holds at most " + (Integer.MAX_VALUE - 8) + " weights");
        }
        this.codes = type.blocked() ? new byte[(int) (type == DType.Q4_0 ? elements / 2 : elements)] : null;
        this.halves = type.blocked() ? null : new short[(int) elements];
        this.scales = type.blocked() ? new float[(int) (elements / BlockFormat.SIZE)] : null;
    }

    /** Whether weights of this type are laid in panels: Q8_0, Q4_0, F16, BF16. */
    public static boolean holds(DType type) {
        return type.blocked() || type == DType.F16 || type == DType.BF16;
    }

    /**
     * The panels of matrices that stand side by side.
     *
     * @param parts each (out, in), contiguous, of one type that {@link #holds}
     * @throws ShapeException when their types or widths differ
     */
    public static WeightPanels of(List<Tensor> parts) {
        Tensor first = parts.getFirst();
        int columns = 0;
        for (Tensor part : parts) {
            if (part.shape().rank() != 2 || part.shape().extent(1) != first.shape().extent(1) || part.dtype() != first.dtype() || !holds(part.dtype())
                    || !part.isContiguous()) {
                throw new ShapeException("weight panels", first.dtype() + " " + first.shape(), part.dtype() + " " + part.shape(),
                        "parts have one narrow type and equal rows that lie in one line");
            }
            columns = Math.addExact(columns, part.shape().intExtent(0));
        }
        WeightPanels panels = new WeightPanels(first.dtype(), first.shape().intExtent(1), columns);
        int column = 0;
        for (Tensor part : parts) {
            MemorySegment rows = part.storage().segment();
            long rowBytes = part.dtype().bytes(panels.depth);
            long at = part.dtype().bytes(part.offset());
            for (int row = 0; row < part.shape().intExtent(0); row++, column++, at += rowBytes) {
                panels.put(rows.asSlice(at, rowBytes), column);
            }
        }
        return panels;
    }

    /** Lays one row of a file, an output's weights, into its lane. */
    private void put(MemorySegment row, int column) {
        int panel = column / WIDTH;
        int lane = column % WIDTH;
        if (!type.blocked()) {
            for (int k = 0; k < depth; k++) {
                halves[(panel * depth + k) * WIDTH + lane] = row.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * k);
            }
            return;
        }
        int bytes = type.blockBytes() - BlockFormat.SCALE_BYTES;
        int blocks = depth / BlockFormat.SIZE;
        for (int block = 0; block < blocks; block++) {
            long begin = (long) block * type.blockBytes();
            int first = panel * blocks + block;
            scales[first * WIDTH + lane] = BlockFormat.scale(row, begin);
            for (int j = 0; j < bytes; j++) {
                codes[(first * bytes + j) * WIDTH + lane] = row.get(ValueLayout.JAVA_BYTE, begin + BlockFormat.SCALE_BYTES + j);
            }
        }
    }

    /** The type of the weights: Q8_0, Q4_0, F16 or BF16. */
    public DType type() {
        return type;
    }

    /** K, the number of inputs. */
    public int depth() {
        return depth;
    }

    /** N, the number of outputs. */
    public int columns() {
        return columns;
    }

    /** Number of panels. */
    public int panels() {
        return Math.ceilDiv(columns, WIDTH);
    }

    /** Codes of a block type. Shared, not copied: read only. */
    public byte[] codes() {
        return codes;
    }

    /** Bits of F16 or BF16. Shared, not copied: read only. */
    public short[] halves() {
        return halves;
    }

    /** Scales of a block type. Shared, not copied: read only. */
    public float[] scales() {
        return scales;
    }

    /** What the weights take in memory. */
    public long bytes() {
        return codes == null ? 2L * halves.length : codes.length + 4L * scales.length;
    }

    /** These weights as a matrix (K,N). */
    public Tensor tensor() {
        return Tensor.of(this, Shape.of(depth, columns));
    }

    /** Weight (k, n) without its scale: a whole number for block types. */
    public float code(int k, int n) {
        int panel = n / WIDTH;
        int lane = n % WIDTH;
        if (type == DType.Q8_0) {
            return codes[(panel * depth + k) * WIDTH + lane];
        }
        if (type == DType.Q4_0) {
            int half = BlockFormat.SIZE / 2;
            int within = k % BlockFormat.SIZE;
            int pair = codes[((panel * (depth / BlockFormat.SIZE) + k / BlockFormat.SIZE) * half + within % half) * WIDTH + lane];
            return (within < half ? pair & 0xF : pair >> 4 & 0xF) - 8;
        }
        short bits = halves[(panel * depth + k) * WIDTH + lane];
        return type == DType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }

    /** The scale of the block that holds weight (k, n); 1 for F16 and BF16. */
    public float scale(int k, int n) {
        return scales == null ? 1 : scales[(n / WIDTH * (depth / BlockFormat.SIZE) + k / BlockFormat.SIZE) * WIDTH + n % WIDTH];
    }

    // ---- as a storage -----------------------------------------------------------------------------------------------------------

    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public long size() {
        return (long) depth * columns;
    }

    @Override
    public double getDouble(long index) {
        int k = (int) (index / columns);
        int n = (int) (index % columns);
        return code(k, n) * scale(k, n);
    }

    @Override
    public void setDouble(long index, double value) {
        throw Problem.misused("weights in panels cannot be set", "their narrow type rounds, and a block shares its scale", "load the model in F32 to change its weights");
    }

    @Override
    public long getLong(long index) {
        return (long) getDouble(index);
    }

    @Override
    public void setLong(long index, long value) {
        setDouble(index, value);
    }

    @Override
    public float[] floats() {
        return null;
    }

    @Override
    public double[] doubles() {
        return null;
    }

    @Override
    public MemorySegment segment() {
        return null;
    }

    @Override
    public boolean closed() {
        return false;
    }

    @Override
    public void close() {
        // the garbage collector takes the arrays with the model
    }
}
