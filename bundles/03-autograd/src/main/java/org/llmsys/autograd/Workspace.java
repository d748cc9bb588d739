package org.llmsys.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * The memory that the passes of one run compute in, kept from one pass to the next. The steps of a run ask for the same shapes again and
 * again: after the first step nothing is allocated.
 *
 * <p>What a pass used is kept when it {@link Pass#complete completes}, and goes back to the allocator when a later pass does not need it.
 * What a pass used that did not complete is never lent again: a call that a fault cut off may still write to it. Another allocator takes
 * over with the next pass.
 *
 * <p>Kernels work on Java arrays. An allocator whose storage lies elsewhere is right for weights and files, but not for this: with it,
 * passes in F32 take plain arrays.
 *
 * <p>Used by one thread, one pass at a time.
 *
 * <pre>{@code
 * try (Workspace workspace = new Workspace("train")) {
 *     for (long place = 0; place < 100; place++) {
 *         try (Pass pass = Pass.training(step, tapes, allocator, workspace, seed, place)) {
 *             ...
 *             pass.complete();
 *         }
 *     }
 * }
 * }</pre>
 */
public final class Workspace implements AutoCloseable {

    private final String owner;
    private final DType dtype;
    private final boolean poisoned;
    private final Map<Long, Deque<Buffer>> free = new HashMap<>();
    private TensorAllocator allocator;
    private boolean elsewhere;
    private long pass;
    private boolean closed;

    /** A piece of memory, and the number of the pass that used it last. */
    private static final class Buffer {
        private final Storage storage;
        private long pass;

        Buffer(Storage storage) {
            this.storage = storage;
        }
    }

    /** For passes in F32. @param owner who asks, for the allocator's statistics */
    public Workspace(String owner) {
        this(owner, DType.F32, false);
    }

    /** For passes in F32, or in F64 to check the references. */
    public Workspace(String owner, DType dtype) {
        this(owner, dtype, false);
    }

    private Workspace(String owner, DType dtype, boolean poisoned) {
        this.owner = owner;
        this.dtype = dtype;
        this.poisoned = poisoned;
    }

    /** One whose blank tensors are full of NaN, so that a kernel which does not overwrite all of its result is found out: for tests. */
    public static Workspace poisoned(String owner, DType dtype) {
        return new Workspace(owner, dtype, true);
    }

    /** The memory of the next pass. */
    Loan open(TensorAllocator from) {
        if (allocator != from) {
            drop();
            allocator = from;
            elsewhere = false;
        }
        pass++;
        return new Loan();
    }

    /** Gives all memory back; a pass that is still open gives its own back when it closes. */
    @Override
    public void close() {
        closed = true;
        drop();
    }

    private Buffer take(long size) {
        Deque<Buffer> fitting = free.get(size);
        Buffer buffer = fitting == null || fitting.isEmpty() ? new Buffer(allocate(size)) : fitting.pop();
        buffer.pass = pass;
        return buffer;
    }

    private Storage allocate(long size) {
        if (!elsewhere) {
            Storage storage = allocator.allocate(dtype, size, owner);
            if (storage.floats() != null || dtype != DType.F32) {
                return storage;
            }
            storage.close();
            elsewhere = true;
        }
        return Tensor.zeros(dtype, Shape.of(size)).storage();
    }

    private void keep(Buffer buffer) {
        if (closed) {
            buffer.storage.close();
        } else {
            free.computeIfAbsent(buffer.storage.size(), size -> new ArrayDeque<>()).push(buffer);
        }
    }

    private void drop() {
        free.values().forEach(buffers -> buffers.forEach(buffer -> buffer.storage.close()));
        free.clear();
    }

    private void dropUnused() {
        for (Deque<Buffer> buffers : free.values()) {
            while (!buffers.isEmpty() && buffers.peekLast().pass != pass) {     // pushed first: used longest ago
                buffers.pollLast().storage.close();
            }
        }
    }

    /** What one pass has taken. */
    final class Loan implements PassMemory, AutoCloseable {

        private final Map<Storage, Buffer> taken = new IdentityHashMap<>();
        /** In the order of lending; what went back since is still in it. */
        private final List<Buffer> lent = new ArrayList<>();
        private boolean completed;
        private boolean over;

        @Override
        public Tensor zeros(Shape shape) {
            Tensor tensor = lend(shape);
            if (dtype == DType.F32) {
                float[] floats = tensor.floats();
                Arrays.fill(floats, 0, Math.toIntExact(shape.size()), 0);
            } else {
                fill(tensor, 0);
            }
            return tensor;
        }

        @Override
        public Tensor blank(Shape shape) {
            Tensor tensor = lend(shape);
            if (poisoned) {
                fill(tensor, Double.NaN);
            }
            return tensor;
        }

        private Tensor lend(Shape shape) {
            if (over) {
                throw Problem.misused("this pass is closed", "its memory went back, with what it computed and the way back from it",
                        "do all of it before the pass closes, and copy out what must outlive it");
            }
            Buffer buffer = take(shape.size());
            taken.put(buffer.storage, buffer);
            lent.add(buffer);
            return Tensor.of(buffer.storage, shape);
        }

        @Override
        public void giveBack(Tensor tensor) {
            Buffer buffer = taken.remove(tensor.storage());
            if (buffer != null) {
                keep(buffer);
            }
        }

        /** How much was lent so far, for {@link #giveBackSince}. */
        int mark() {
            return lent.size();
        }

        /** Takes back all that was lent since, but for one storage. */
        void giveBackSince(int mark, Storage kept) {
            List<Buffer> since = lent.subList(mark, lent.size());
            for (Buffer buffer : since) {
                if (buffer.storage != kept && taken.remove(buffer.storage, buffer)) {
                    keep(buffer);
                }
            }
            since.removeIf(buffer -> buffer.storage != kept);
        }

        void complete() {
            completed = true;
        }

        @Override
        public void close() {
            over = true;
            if (completed) {
                taken.values().forEach(Workspace.this::keep);
                dropUnused();
            } else {
                taken.values().forEach(buffer -> buffer.storage.close());
                drop();
            }
            taken.clear();
        }

        private static void fill(Tensor tensor, double value) {
            for (long i = 0; i < tensor.size(); i++) {
                tensor.storage().setDouble(i, value);
            }
        }
    }
}
