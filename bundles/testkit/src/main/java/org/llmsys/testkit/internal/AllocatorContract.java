package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.TensorAllocator.Usage;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every allocator: zeroed storage of every type, counts that rise and fall by what was asked, nothing live when all is closed. */
@Component(service = Contract.class)
public final class AllocatorContract implements Contract<TensorAllocator> {

    @Override
    public Class<TensorAllocator> service() {
        return TensorAllocator.class;
    }

    @Override
    public void check(TensorAllocator allocator, Subject subject, Checks checks) {
        for (DType dtype : DType.values()) {
            for (long size : new long[] {0, 1, 13, 4098}) {
                if (dtype.blocked()) {
                    checks.promise(size + " blocks of " + dtype + " are zero, hold whole rows, and are counted", () -> blocks(allocator, dtype, size));
                    continue;
                }
                checks.promise(size + " elements of " + dtype + " are zero, hold what is written, and are counted", () -> oneStorage(allocator, dtype, size));
            }
        }
        checks.promise("16-bit numbers are rounded once, to the nearest", () -> {
            try (Storage half = allocator.allocate(DType.F16, 1, "check"); Storage brain = allocator.allocate(DType.BF16, 1, "check")) {
                half.setDouble(0, 1 + 0x1p-11 + 0x1p-40);
                brain.setDouble(0, 1 + 0x1p-8 + 0x1p-40);
                Checks.that(half.getDouble(0) == 1 + 0x1p-10 && brain.getDouble(0) == 1 + 0x1p-7, "they are %s and %s", half.getDouble(0), brain.getDouble(0));
            }
        });
        checks.promise("part of a block is refused", () -> Checks.refused("33 elements of Q8_0", () -> allocator.allocate(DType.Q8_0, 33, "check")));
        checks.promise("a closed storage refuses to be used, and says that it is closed", () -> {
            for (DType dtype : DType.values()) {
                Storage storage = allocator.allocate(dtype, 32, "check");
                storage.close();
                Checks.that(storage.closed(), "it does not say that it is closed");
                Checks.refused("reading a closed storage of " + dtype, () -> storage.getDouble(0));
                Checks.refused("the memory of a closed storage of " + dtype, () -> storage.segment());
            }
        });
        checks.promise("closing twice counts once", () -> {
            String owner = "check-twice";
            Storage storage = allocator.allocate(DType.F32, 100, owner);
            storage.close();
            storage.close();
            Checks.that(storage.closed(), "it does not say that it is closed");
            Checks.that(live(allocator, owner) == 0, "%d bytes are live", live(allocator, owner));
        });
        checks.promise("a negative size is refused", () -> Checks.refused("-1 elements", () -> allocator.allocate(DType.F32, -1, "check")));
        checks.promise("a size beyond all memory is refused and counts nothing", () -> {
            Checks.refused("2^60 elements", () -> allocator.allocate(DType.F32, 1L << 60, "check-huge"));
            Checks.that(live(allocator, "check-huge") == 0, "%d bytes are live", live(allocator, "check-huge"));
        });
        checks.promise("many threads may allocate and close, and nothing is left", () -> {
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> all = new ArrayList<>();
                for (int n = 0; n < 4; n++) {
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < 500; i++) {
                            allocator.allocate(DType.F32, 1 + i % 37, "check-threads").close();
                        }
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            Checks.that(live(allocator, "check-threads") == 0, "%d bytes are live", live(allocator, "check-threads"));
        });
    }

    private static void oneStorage(TensorAllocator allocator, DType dtype, long size) {
        String owner = "check-" + dtype + "-" + size;
        try (Storage storage = allocator.allocate(dtype, size, owner)) {
            Checks.that(storage.dtype() == dtype && storage.size() == size, "it has %d elements of %s", storage.size(), storage.dtype());
            Checks.that(live(allocator, owner) == dtype.bytes(size), "%d bytes are counted", live(allocator, owner));
            for (long i = 0; i < size; i++) {
                Checks.that(storage.getDouble(i) == 0, "element %d is %s", i, storage.getDouble(i));
            }
            for (long i = 0; i < size; i++) {
                storage.setDouble(i, i % 100);
            }
            for (long i = 0; i < size; i++) {
                Checks.that(storage.getDouble(i) == i % 100 && storage.getLong(i) == i % 100, "element %d is %s", i, storage.getDouble(i));
            }
            Checks.refused("an index beyond the end", () -> storage.getDouble(size));
            Checks.refused("a negative index", () -> storage.setDouble(-1, 0));
        }
        Checks.that(live(allocator, owner) == 0, "%d bytes are live after close", live(allocator, owner));
        long peak = allocator.usage().stream().filter(u -> u.owner().equals(owner)).mapToLong(Usage::peakBytes).max().orElse(0);
        Checks.that(peak == dtype.bytes(size), "the peak is %d", peak);
    }

    private static void blocks(TensorAllocator allocator, DType dtype, long rows) {
        String owner = "check-" + dtype + "-" + rows;
        long size = rows * dtype.blockSize();
        try (Storage storage = allocator.allocate(dtype, size, owner)) {
            Checks.that(live(allocator, owner) == rows * dtype.blockBytes(), "%d bytes are counted", live(allocator, owner));
            Checks.that(storage.segment().byteSize() == dtype.bytes(size), "the memory has %d bytes", storage.segment().byteSize());
            for (long i = 0; i < size; i++) {
                Checks.that(storage.getDouble(i) == 0, "element %d is %s", i, storage.getDouble(i));
            }
            Tensor table = Tensor.of(storage, Shape.of(rows, dtype.blockSize()));
            Tensor numbers = Samples.normal(1, rows, dtype.blockSize());
            table.copyFrom(numbers);
            Tensor expected = numbers.to(dtype);
            for (long i = 0; i < size; i++) {
                Checks.that(storage.getDouble(i) == expected.storage().getDouble(i), "element %d is %s", i, storage.getDouble(i));
            }
            Checks.refused("setting an element of a block", () -> storage.setDouble(0, 1));
        }
        Checks.that(live(allocator, owner) == 0, "%d bytes are live after close", live(allocator, owner));
    }

    private static long live(TensorAllocator allocator, String owner) {
        return allocator.usage().stream().filter(usage -> usage.owner().equals(owner)).mapToLong(Usage::liveBytes).sum();
    }
}
