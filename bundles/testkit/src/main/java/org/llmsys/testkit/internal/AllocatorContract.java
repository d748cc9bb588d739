package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.TensorAllocator.Usage;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
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
                checks.promise(size + " elements of " + dtype + " are zero, hold what is written, and are counted", () -> oneStorage(allocator, dtype, size));
            }
        }
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
            Checks.that(live(allocator, owner) == size * dtype.bytes(), "%d bytes are counted", live(allocator, owner));
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
        Checks.that(peak == size * dtype.bytes(), "the peak is %d", peak);
    }

    private static long live(TensorAllocator allocator, String owner) {
        return allocator.usage().stream().filter(usage -> usage.owner().equals(owner)).mapToLong(Usage::liveBytes).sum();
    }
}
