package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.attention.CachedRows;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every key-value cache: gives back what was written, bit for bit and for heads of any stride; rows count when they are committed, so a repeated
 * attempt overwrites; cutting back forgets; forks do not see each other; memory stays within what was announced and all of it comes back,
 * in whatever order caches and forks are closed.
 */
@Component(service = Contract.class)
public final class KvCacheContract implements Contract<KvCacheFactory> {

    private static final CacheSpec SPEC = new CacheSpec(3, 2, 5, 53);

    @Override
    public Class<KvCacheFactory> service() {
        return KvCacheFactory.class;
    }

    @Override
    public void check(KvCacheFactory caches, Subject subject, Checks checks) {
        checks.promise("pieces of 1, 15, 16, 17 and 4 positions come back as they were written, in every layer", () -> giveBack(caches));
        checks.promise("a repeated attempt overwrites what the first one wrote, also with fewer rows", () -> within(caches, (cache, allocator) -> {
            write(cache, 1, 20);
            cache.commit(20);
            write(cache, 2, 9);                                      // an attempt that fails
            write(cache, 3, 4);                                      // its repetition
            Checks.that(cache.length() == 20, "rows counted before they were committed");
            cache.commit(4);
            expect(cache, 0, 20, 1, 0);
            expect(cache, 20, 24, 3, 0);
        }));
        checks.promise("cutting back forgets the end and makes room again", () -> within(caches, (cache, allocator) -> {
            write(cache, 1, 53);
            cache.commit(53);
            cache.truncate(17);
            write(cache, 2, 36);
            cache.commit(36);
            expect(cache, 0, 17, 1, 0);
            expect(cache, 17, 53, 2, 0);
            cache.truncate(0);
            Checks.that(cache.length() == 0 && cache.keys(0, 0).shape().extent(1) == 0, "something was left");
            Checks.refused("cutting to more than there is", () -> cache.truncate(1));
            Checks.refused("cutting to a negative length", () -> cache.truncate(-1));
        }));
        for (int prefix : new int[] {1, 16, 20, 32}) {
            checks.promise("a fork after " + prefix + " positions and its origin do not see each other", () -> fork(caches, prefix));
        }
        checks.promise("a fork of a fork lives on when both others are closed, whichever first", () -> closeInAnyOrder(caches));
        checks.promise("an uncommitted row does not come into a fork", () -> within(caches, (cache, allocator) -> {
            write(cache, 1, 3);
            cache.commit(2);
            try (KvCache fork = cache.fork()) {
                Checks.that(fork.length() == 2 && fork.capacity() == SPEC.capacity(), "the fork has %d positions", fork.length());
                expect(fork, 0, 2, 1, 0);
            }
        }));
        checks.promise("a fork that reaches less far has the same rows, and no room beyond", () -> within(caches, (cache, allocator) -> {
            write(cache, 1, 20);
            cache.commit(20);
            try (KvCache fork = cache.fork(24)) {
                Checks.that(fork.length() == 20 && fork.capacity() >= 24, "the fork has %d positions and room for %d", fork.length(), fork.capacity());
                write(fork, 2, 4);
                fork.commit(4);
                expect(fork, 0, 20, 1, 0);
                expect(fork, 20, 24, 2, 0);
            }
            Checks.refused("less room than positions", () -> cache.fork(19));
            Checks.refused("more room than its origin has", () -> cache.fork(54));
        }));
        checks.promise("a full cache refuses more, and stays as it was", () -> within(caches, (cache, allocator) -> {
            write(cache, 1, 50);
            cache.commit(50);
            problem(() -> write(cache, 2, 4));
            problem(() -> cache.keys(0, 4));
            problem(() -> cache.commit(4));
            write(cache, 3, 3);
            cache.commit(3);
            expect(cache, 0, 50, 1, 0);
            expect(cache, 50, 53, 3, 0);
        }));
        checks.promise("rows of another shape, and layers that are not there, are refused", () -> within(caches, (cache, allocator) -> {
            misfit(() -> cache.write(0, Tensor.zeros(1, 1, 5), Tensor.zeros(1, 1, 5)));
            misfit(() -> cache.write(0, Tensor.zeros(2, 1, 4), Tensor.zeros(2, 1, 4)));
            misfit(() -> cache.write(0, Tensor.zeros(2, 2, 5), Tensor.zeros(2, 1, 5)));
            Checks.refused("layer 3", () -> cache.write(3, Tensor.zeros(2, 1, 5), Tensor.zeros(2, 1, 5)));
        }));
        for (int seed = 0; seed < 20; seed++) {
            long place = 50 + seed;
            checks.promise("60 random writes, repetitions, commits, cuts, forks and closings (row " + seed + ") leave what they should",
                    () -> new RandomCacheUse(caches, SPEC, Samples.ids(place, 60 * 4, 1 << 16)).run());
        }
        checks.promise("a full cache takes no more than it announced", () -> within(caches, (cache, allocator) -> {
            for (int length = 0; length < SPEC.capacity(); length++) {
                write(cache, 1, 1);
                for (int layer = 0; layer < SPEC.numLayers(); layer++) {
                    cache.keys(layer, 1);
                    cache.values(layer, 1);
                    cache.rows(layer, 1);
                }
                cache.commit(1);
                long live = live(allocator);
                Checks.that(live <= caches.maxBytes(SPEC), "%d bytes at %d positions, %d were announced", live, length + 1, caches.maxBytes(SPEC));
            }
        }));
    }

    @FunctionalInterface
    private interface Use {
        void of(KvCache cache, TensorAllocator allocator) throws Exception;
    }

    /** Runs with an empty cache, and holds its memory to zero afterwards. */
    private static void within(KvCacheFactory caches, Use use) throws Exception {
        TensorAllocator allocator = TensorAllocator.heap();
        try (KvCache cache = caches.create(SPEC, allocator)) {
            use.of(cache, allocator);
        }
        Checks.that(live(allocator) == 0, "%d bytes are left when the cache is closed", live(allocator));
    }

    private static long live(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    private static void giveBack(KvCacheFactory caches) throws Exception {
        within(caches, (cache, allocator) -> {
            int[] pieces = {1, 15, 16, 17, 4};
            for (int i = 0; i < pieces.length; i++) {
                write(cache, i, pieces[i]);
                expect(cache, cache.length(), cache.length() + pieces[i], i, pieces[i]);
                cache.commit(pieces[i]);
            }
            int from = 0;
            for (int i = 0; i < pieces.length; i++) {
                expect(cache, from, from + pieces[i], i, 0);
                from += pieces[i];
            }
        });
    }

    private static void fork(KvCacheFactory caches, int prefix) throws Exception {
        within(caches, (cache, allocator) -> {
            write(cache, 1, prefix);
            cache.commit(prefix);
            try (KvCache fork = cache.fork()) {
                write(cache, 2, 7);
                cache.commit(7);
                write(fork, 3, 18);
                fork.commit(18);
                expect(cache, 0, prefix, 1, 0);
                expect(cache, prefix, prefix + 7, 2, 0);
                expect(fork, 0, prefix, 1, 0);
                expect(fork, prefix, prefix + 18, 3, 0);
                fork.truncate(prefix - 1);                           // and writes into what both once had
                write(fork, 4, 1);
                fork.commit(1);
                expect(cache, 0, prefix, 1, 0);
                Tensor kept = rows(1, 0, prefix, false).slice(1, 0, prefix - 1).copy();
                Checks.that(same(kept, fork.keys(0, 0).slice(1, 0, prefix - 1)), "the fork lost what it kept");
            }
            expect(cache, prefix, prefix + 7, 2, 0);
        });
    }

    private static void closeInAnyOrder(KvCacheFactory caches) throws Exception {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (int[] order : orders) {
            TensorAllocator allocator = TensorAllocator.heap();
            List<KvCache> all = new ArrayList<>();
            all.add(caches.create(SPEC, allocator));
            write(all.get(0), 1, 21);
            all.get(0).commit(21);
            all.add(all.get(0).fork());
            write(all.get(1), 2, 2);
            all.get(1).commit(2);
            all.add(all.get(1).fork());
            for (int i = 0; i < 3; i++) {
                all.get(order[i]).close();
                all.get(order[i]).close();                           // harmless
                for (int j = i + 1; j < 3; j++) {
                    expect(all.get(order[j]), 0, 21, 1, 0);
                    if (order[j] > 0) {
                        expect(all.get(order[j]), 21, 23, 2, 0);
                    }
                }
            }
            Checks.that(live(allocator) == 0, "%d bytes are left after closing in the order %s", live(allocator), Arrays.toString(order));
        }
    }

    /** Other numbers for every content and layer; heads lie inside the rows, as attention's projections leave them. */
    private static Tensor rows(int content, int layer, int positions, boolean values) {
        Tensor rows = Samples.normal(content * 100L + layer * 2L + (values ? 1 : 0), positions, SPEC.numKvHeads(), SPEC.headDim());
        return rows.transpose(0, 1);                                 // (NKV,T,HS)
    }

    private static void write(KvCache cache, int content, int positions) {
        for (int layer = 0; layer < SPEC.numLayers(); layer++) {
            cache.write(layer, rows(content, layer, positions, false), rows(content, layer, positions, true));
        }
    }

    /** Rows {@code from} to {@code to - 1} hold this content in every layer. */
    private static void expect(KvCache cache, int from, int to, int content, int pending) {
        for (int layer = 0; layer < SPEC.numLayers(); layer++) {
            Tensor keys = cache.keys(layer, pending);
            Tensor values = cache.values(layer, pending);
            Checks.that(keys.shape().extent(1) == cache.length() + pending && keys.shape().equals(values.shape()), "keys of %s", keys.shape());
            Checks.that(keys.storage().floats() != null && keys.stride(2) == 1, "keys are not on the heap with stride 1");
            Checks.that(same(rows(content, layer, to - from, false), keys.slice(1, from, to)), "keys %d to %d of layer %d", from, to, layer);
            Checks.that(same(rows(content, layer, to - from, true), values.slice(1, from, to)), "values %d to %d of layer %d", from, to, layer);
            expectBlocks(keys, values, cache.rows(layer, pending));
        }
    }

    /** What lies in blocks is the same, and a kernel can read it. */
    private static void expectBlocks(Tensor keys, Tensor values, CachedRows rows) {
        Checks.that(same(keys, rows.allKeys().select(0, 0)) && same(values, rows.allValues().select(0, 0)),
                "the blocks are not what lies in one piece");
        for (List<Tensor> side : List.of(rows.keys(), rows.values())) {
            for (Tensor block : side) {
                Checks.that(block.storage().floats() != null && block.stride(2) == 1, "a block is not on the heap with stride 1");
            }
        }
    }

    private static boolean same(Tensor expected, Tensor actual) {
        return Arrays.equals(Samples.doubles(expected.copy()), Samples.doubles(actual.copy()));
    }

    private static void problem(Runnable call) {
        try {
            call.run();
        } catch (Problem expected) {
            return;
        }
        Checks.that(false, "more was taken than the cache can hold");
    }

    private static void misfit(Runnable call) {
        try {
            call.run();
        } catch (ShapeException expected) {
            return;
        }
        Checks.that(false, "rows of a wrong shape were taken");
    }
}
