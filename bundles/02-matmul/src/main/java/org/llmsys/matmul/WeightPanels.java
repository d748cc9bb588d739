package org.llmsys.matmul;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * The weights (K,N) of a linear layer laid out for products with rows: thirty-two outputs side by side, so that two registers of sixteen lanes
 * read their next weights from the next bytes of memory, and a whole matrix is read straight on. They keep the type of their file, narrow or not.
 *
 * <pre>
 *   panel p holds the columns 32p .. 32p+31
 *   F32       values[p][k][lane]
 *   F16, BF16 halves[p][k][lane]
 *   Q8_0      codes[p][block][k in 0..31][lane]                     a signed byte q;  weight = scales[p][block][lane] * q
 *   Q4_0      codes[p][block][j in 0..15][lane]                     low half: k = j, high half: k = j + 16;  weight = scale * (half - 8)
 * </pre>
 *
 * <p>The numbers are those of the file, no bit is lost; only their order is another. Missing columns of the last panel are 0. As a
 * {@link Storage} its elements are those of the matrix (K,N), row after row, widened when somebody asks: whoever does not know panels computes with
 * them as with any F32 storage outside the heap, only slower. {@link #segment} is null.
 *
 * <pre>{@code
 * WeightPanels panels = WeightPanels.of(List.of(q, k, v));              // each (out, in) in Q8_0, as files have them
 * Tensor weight = panels.tensor();                                      // (in, out)
 * }</pre>
 */
public final class WeightPanels implements Storage {

    /** Columns of a panel. */
    public static final int WIDTH = 32;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType type;
    private final int depth;
    private final int columns;
    private final float[] values;
    private final short[] halves;
    private final byte[] codes;
    private final float[] scales;

    private WeightPanels(DType type, int depth, int columns) {
        this.type = type;
        this.depth = depth;
        this.columns = columns;
        long elements = Math.multiplyExact((long) Math.ceilDiv(columns, WIDTH) * WIDTH, depth);
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ShapeException("weight panels", Shape.of(depth, columns), "an array holds at most " + (Integer.MAX_VALUE - 8) + " weights");
        }
        int size = (int) elements;
        this.values = type == DType.F32 ? new float[size] : null;
        this.halves = type == DType.F16 || type == DType.BF16 ? new short[size] : null;
        this.codes = type.blocked() ? new byte[type == DType.Q4_0 ? size / 2 : size] : null;
        this.scales = type.blocked() ? new float[size / BlockFormat.SIZE] : null;
    }

    /** Whether weights of this type are laid in panels: F32, F16, BF16, Q8_0, Q4_0. */
    public static boolean holds(DType type) {
        return type == DType.F32 || type.blocked() || type == DType.F16 || type == DType.BF16;
    }

    /**
     * The panels of matrices that stand side by side.
     *
     * @param parts each (out, in), of one type that {@link #holds}, and contiguous unless that is F32 on the heap
     * @throws ShapeException when their types or widths differ
     */
    public static WeightPanels of(List<Tensor> parts) {
        Tensor first = parts.getFirst();
        int columns = 0;
        for (Tensor part : parts) {
            boolean readable = part.isContiguous() || part.storage().floats() != null;
            if (part.shape().rank() != 2 || part.shape().extent(1) != first.shape().extent(1) || part.dtype() != first.dtype() || !holds(part.dtype()) || !readable) {
                throw new ShapeException("weight panels", first.dtype() + " " + first.shape(), part.dtype() + " " + part.shape(),
                        "parts have one type of F32, F16, BF16, Q8_0, Q4_0, and equal rows that lie in one line");
            }
            columns = Math.addExact(columns, part.shape().intExtent(0));
        }
        WeightPanels panels = new WeightPanels(first.dtype(), first.shape().intExtent(1), columns);
        int column = 0;
        for (Tensor part : parts) {
            if (part.storage().floats() != null) {
                panels.putFloats(part, column);
            } else {
                panels.putRows(part, column);
            }
            column += part.shape().intExtent(0);
        }
        return panels;
    }

    /** Lays a matrix (out, in) of the heap from a column on: k outside, so that lines are written, and read where it is turned, straight on. */
    private void putFloats(Tensor part, int column) {
        float[] from = part.storage().floats();
        int across = Math.toIntExact(part.stride(0));
        int along = Math.toIntExact(part.stride(1));
        int end = column + part.shape().intExtent(0);
        int at = Math.toIntExact(part.offset());
        for (int begin = column; begin < end;) {
            int stop = Math.min(end, (begin / WIDTH + 1) * WIDTH);                    // within one panel
            for (int k = 0; k < depth; k++) {
                int line = (begin / WIDTH * depth + k) * WIDTH;
                for (int n = begin; n < stop; n++) {
                    values[line + n % WIDTH] = from[at + (n - column) * across + k * along];
                }
            }
            begin = stop;
        }
    }

    private void putRows(Tensor part, int column) {
        MemorySegment rows = part.storage().segment();
        long rowBytes = part.dtype().bytes(depth);
        long at = part.dtype().bytes(part.offset());
        for (int row = 0; row < part.shape().intExtent(0); row++, at += rowBytes) {
            put(rows.asSlice(at, rowBytes), column + row);
        }
    }

    /** Lays one row of a file, an output's weights, into its lane. */
    private void put(MemorySegment row, int column) {
        int panel = column / WIDTH;
        int lane = column % WIDTH;
        if (!type.blocked()) {
            for (int k = 0; k < depth; k++) {
                int at = (panel * depth + k) * WIDTH + lane;
                if (type == DType.F32) {
                    values[at] = row.get(FLOAT, 4L * k);
                } else {
                    halves[at] = row.get(SHORT, 2L * k);
                }
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

    /** The type of the weights: F32, F16, BF16, Q8_0 or Q4_0. */
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

    /** Weights of F32. Shared, not copied: read only. */
    public float[] values() {
        return values;
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
        return type == DType.F32 ? 4L * values.length : type.blocked() ? codes.length + 4L * scales.length : 2L * halves.length;
    }

    /** These weights as a matrix (K,N). */
    public Tensor tensor() {
        return Tensor.of(this, Shape.of(depth, columns));
    }

    /** Weight (k, n): its scale times its code, rounded once, where its type has them. */
    public float weight(int k, int n) {
        int panel = n / WIDTH;
        int lane = n % WIDTH;
        int at = (panel * depth + k) * WIDTH + lane;
        return switch (type) {
            case F32 -> values[at];
            case F16 -> Float.float16ToFloat(halves[at]);
            case BF16 -> Float.intBitsToFloat(halves[at] << 16);
            case Q8_0 -> scale(panel, k, lane) * codes[at];
            case Q4_0 -> scale(panel, k, lane) * (half(panel, k, lane) - 8);
            case F64, I32, I64 -> throw new IllegalStateException("no panels hold " + type);
        };
    }

    private float scale(int panel, int k, int lane) {
        return scales[(panel * (depth / BlockFormat.SIZE) + k / BlockFormat.SIZE) * WIDTH + lane];
    }

    private int half(int panel, int k, int lane) {
        int half = BlockFormat.SIZE / 2;
        int within = k % BlockFormat.SIZE;
        int pair = codes[((panel * (depth / BlockFormat.SIZE) + k / BlockFormat.SIZE) * half + within % half) * WIDTH + lane];
        return within < half ? pair & 0xF : pair >> 4 & 0xF;
    }

    /** The columns of a panel as a matrix (K, 32 or fewer): a view of F32, a widened copy of other types. */
    public Matrix panel(int panel) {
        int first = panel * WIDTH;
        int width = Math.min(WIDTH, columns - first);
        if (type == DType.F32) {
            return new Matrix(values, first * depth, depth, width, WIDTH, 1);
        }
        Matrix wide = Matrix.of(depth, width, new float[depth * width]);
        for (int k = 0; k < depth; k++) {
            for (int n = 0; n < width; n++) {
                wide.set(k, n, weight(k, first + n));
            }
        }
        return wide;
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
        return weight((int) (index / columns), (int) (index % columns));
    }

    @Override
    public void setDouble(long index, double value) {
        throw Problem.misused("weights in panels cannot be set", "they are laid out for reading, and a narrow type would round", "load the model for training to change its weights");
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
