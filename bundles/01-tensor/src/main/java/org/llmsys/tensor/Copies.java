package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;

import org.llmsys.assembly.Problem;

/** How the elements of one tensor get into another of the same shape: in one piece where they lie alike, else one after the other. */
final class Copies {

    private Copies() {
    }

    static void copy(Tensor from, Tensor to) {
        if (!from.shape().equals(to.shape())) {
            throw new ShapeException("copy", to.shape(), from.shape(), "the shapes differ");
        }
        if (from.storage().floats() != null && to.storage().floats() != null && from.isContiguous() && to.isContiguous()) {
            System.arraycopy(from.floats(), from.floatOffset(), to.floats(), to.floatOffset(), Math.toIntExact(to.size()));
        } else if (to.storage().segment().isReadOnly() && to.size() > 0) {
            throw Problem.misused("copy into a mapped file of " + to.dtype() + " " + to.shape(), "the file is mapped for reading only",
                    "copy into a tensor of another allocator");
        } else if (from.dtype() == to.dtype() && from.isContiguous() && to.isContiguous() && from.storage().segment() != null) {
            DType dtype = to.dtype();
            MemorySegment.copy(from.storage().segment(), dtype.bytes(from.offset()), to.storage().segment(), dtype.bytes(to.offset()),
                    dtype.bytes(to.size()));
        } else if (to.dtype().blocked()) {
            quantize(from, to);
        } else if (from.dtype().blocked()) {
            dequantize(from, to);
        } else {
            StridedWalk source = new StridedWalk(from);
            StridedWalk target = new StridedWalk(to);
            while (target.hasNext()) {
                copyElement(from.storage(), source.next(), to.storage(), target.next());
            }
        }
    }

    /** One element from storage to storage, exact when both types are whole, else by way of double. */
    static void copyElement(Storage from, long fromIndex, Storage to, long toIndex) {
        if (from.dtype().floating() || to.dtype().floating()) {
            to.setDouble(toIndex, from.getDouble(fromIndex));
        } else {
            to.setLong(toIndex, from.getLong(fromIndex));
        }
    }

    /** Block after block. A block lies in one row, so 32 steps through both tensors pass through one block of the target. */
    private static void quantize(Tensor from, Tensor to) {
        BlockFormat format = BlockFormat.of(to.dtype());
        MemorySegment blocks = to.storage().segment();
        float[] x = new float[BlockFormat.SIZE];
        StridedWalk source = new StridedWalk(from);
        StridedWalk target = new StridedWalk(to);
        while (target.hasNext()) {
            long block = target.next() / BlockFormat.SIZE;
            target.skip(BlockFormat.SIZE - 1);
            for (int i = 0; i < BlockFormat.SIZE; i++) {
                x[i] = (float) from.storage().getDouble(source.next());
                requireFinite(x[i], to);
            }
            format.quantize(x, 0, blocks, block);
            requireFinite(BlockFormat.scale(blocks, block * to.dtype().blockBytes()), to);
        }
    }

    private static void dequantize(Tensor from, Tensor to) {
        BlockFormat format = BlockFormat.of(from.dtype());
        MemorySegment blocks = from.storage().segment();
        float[] x = new float[BlockFormat.SIZE];
        StridedWalk source = new StridedWalk(from);
        StridedWalk target = new StridedWalk(to);
        while (source.hasNext()) {
            format.dequantize(blocks, source.next() / BlockFormat.SIZE, x, 0);
            source.skip(BlockFormat.SIZE - 1);
            for (float element : x) {
                to.storage().setDouble(target.next(), element);
            }
        }
    }

    private static void requireFinite(float value, Tensor to) {
        if (!Float.isFinite(value)) {
            throw Problem.failed("a tensor " + to.shape() + " cannot become " + to.dtype(),
                    "NaN, an infinity or a number too large for the scale of a block is among its elements",
                    "look for them, or keep it in F32");
        }
    }
}
