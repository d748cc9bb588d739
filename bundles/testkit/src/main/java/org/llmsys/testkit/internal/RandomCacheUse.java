package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.testkit.Checks;

/** Caches and their forks under random operations, beside plain lists that say what each position must hold. */
final class RandomCacheUse {

    private static final int MOST = 5;

    /** A cache and the number in each of its committed rows. */
    private record Twin(KvCache cache, List<Integer> rows) {
    }

    private final CacheSpec spec;
    private final int[] draws;
    private final TensorAllocator allocator = TensorAllocator.heap();
    private final List<Twin> twins = new ArrayList<>();
    private int drawn;

    /** @param draws random numbers, four an operation */
    RandomCacheUse(KvCacheFactory caches, CacheSpec spec, int[] draws) {
        this.spec = spec;
        this.draws = draws;
        twins.add(new Twin(caches.create(spec, allocator), new ArrayList<>()));
    }

    void run() {
        try {
            while (drawn + 4 <= draws.length) {
                operation(twins.get(draw(twins.size())), draw(10));
                drawn = (drawn + 3) / 4 * 4;                         // the next operation's draws
                twins.forEach(this::check);
            }
        } finally {
            twins.forEach(twin -> twin.cache().close());
        }
        long left = allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
        Checks.that(left == 0, "%d bytes are left when all are closed", left);
    }

    private int draw(int bound) {
        return draws[drawn++] % bound;
    }

    private void operation(Twin twin, int kind) {
        int room = spec.capacity() - twin.rows().size();
        if (kind < 5 && room > 0) {
            int count = 1 + draw(Math.min(room, 20));
            int number = draw(1 << 16);
            write(twin.cache(), 7, Math.min(room, count + 3));       // an attempt that fails
            write(twin.cache(), number, count);
            twin.cache().commit(count);
            for (int i = 0; i < count; i++) {
                twin.rows().add(number + i);
            }
        } else if (kind < 7) {
            int length = draw(twin.rows().size() + 1);
            twin.cache().truncate(length);
            twin.rows().subList(length, twin.rows().size()).clear();
        } else if (kind < 9 && twins.size() < MOST) {
            twins.add(new Twin(twin.cache().fork(), new ArrayList<>(twin.rows())));
        } else if (twins.size() > 1) {
            twin.cache().close();
            twins.remove(twin);
        }
    }

    private void write(KvCache cache, int number, int count) {
        for (int layer = 0; layer < spec.numLayers(); layer++) {
            Tensor keys = Tensor.zeros(spec.numKvHeads(), count, spec.headDim());
            for (int i = 0; i < keys.size(); i++) {
                keys.floats()[i] = element(number + i / spec.headDim() % count, layer, i / spec.headDim() / count, i % spec.headDim());
            }
            cache.write(layer, keys, keys.neg());
        }
    }

    /** Another number for every row, layer, head and place in the head, exact in F32. */
    private static float element(int row, int layer, int head, int place) {
        return row * 64 + layer * 20 + head * 8 + place;
    }

    private void check(Twin twin) {
        Checks.that(twin.cache().length() == twin.rows().size(), "length %d instead of %d", twin.cache().length(), twin.rows().size());
        for (int layer = 0; layer < spec.numLayers(); layer++) {
            Tensor keys = twin.cache().keys(layer, 0);
            Tensor values = twin.cache().values(layer, 0);
            for (int t = 0; t < twin.rows().size(); t++) {
                for (int head = 0; head < spec.numKvHeads(); head++) {
                    for (int place = 0; place < spec.headDim(); place++) {
                        float expected = element(twin.rows().get(t), layer, head, place);
                        Checks.that(keys.get(head, t, place) == expected && values.get(head, t, place) == -expected,
                                "layer %d, head %d, position %d holds %s instead of %s", layer, head, t, keys.get(head, t, place), expected);
                    }
                }
            }
        }
    }
}
