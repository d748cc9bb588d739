package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.CachedRows;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.internal.ContiguousKvCaches;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.internal.AttentionContract;
import org.llmsys.testkit.internal.KvCacheContract;

/** Wrong kernels and wrong caches must fail their contracts, each for what it does wrong. */
class AttentionAndCacheContractTest {

    private static List<String> failures(AttentionKernel kernel) {
        Checks checks = new Checks();
        new AttentionContract().check(kernel, new Contract.Subject("scaled-dot-product", "wrong", ""), checks);
        return checks.report().failures();
    }

    private static List<String> failures(KvCacheFactory caches) {
        Checks checks = new Checks();
        new KvCacheContract().check(caches, new Contract.Subject("kv-cache", "wrong", ""), checks);
        return checks.report().failures();
    }

    /** The reference, given another mask than it was asked for. */
    private static AttentionKernel masked(UnaryOperator<AttentionMask> mask) {
        AttentionKernel right = new ReferenceAttention();
        return new AttentionKernel() {
            @Override
            public void forward(Tensor q, Tensor k, Tensor v, AttentionMask asked, ScoreBias bias, Tensor out, Tensor logSumExp) {
                right.forward(q, k, v, mask.apply(asked), bias, out, logSumExp);
            }

            @Override
            public void backward(Tensor q, Tensor k, Tensor v, AttentionMask asked, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
                    Tensor gradQ, Tensor gradK, Tensor gradV) {
                right.backward(q, k, v, mask.apply(asked), bias, out, logSumExp, gradOut, gradQ, gradK, gradV);
            }
        };
    }

    @Test
    @DisplayName("a kernel that is always causal, one that reads padding, and one whose mask is one key too long fail; the reference does not")
    void wrongMasks() {
        assertEquals(List.of(), failures(masked(mask -> mask)));
        List<String> causal = failures(masked(mask -> new AttentionMask(true, mask.lengths())));
        assertTrue(causal.stream().anyMatch(f -> f.startsWith("forward in both directions"))
                && causal.stream().noneMatch(f -> f.startsWith("forward of")), causal.toString());
        List<String> reads = failures(masked(mask -> new AttentionMask(mask.causal(), List.of())));
        assertTrue(reads.stream().anyMatch(f -> f.startsWith("padding is not read"))
                && reads.stream().anyMatch(f -> f.contains("sees nothing")), reads.toString());
        List<String> longer = failures(masked(mask -> new AttentionMask(mask.causal(), mask.lengths().stream().map(n -> n + 1).toList())));
        assertTrue(longer.stream().anyMatch(f -> f.contains("with padding")), longer.toString());
    }

    @Test
    @DisplayName("a kernel that takes the blocks of a cache in the wrong order, and one that forgets the bias there, fail")
    void wrongBlocks() {
        List<String> backwards = failures(overBlocks(rows -> new CachedRows(rows.keys().reversed(), rows.values().reversed()), UnaryOperator.identity()));
        assertTrue(backwards.stream().anyMatch(f -> f.startsWith("new queries over a cache in blocks")), backwards.toString());
        List<String> unbiased = failures(overBlocks(UnaryOperator.identity(), bias -> ScoreBias.NONE));
        assertTrue(unbiased.stream().anyMatch(f -> f.startsWith("new queries over a cache in blocks, with a bias"))
                && unbiased.stream().noneMatch(f -> f.startsWith("new queries over a cache in blocks, B")), unbiased.toString());
    }

    /** The reference, given other rows or another bias where it computes over a cache. */
    private static AttentionKernel overBlocks(UnaryOperator<CachedRows> other, UnaryOperator<ScoreBias> otherBias) {
        AttentionKernel right = new ReferenceAttention();
        return new AttentionKernel() {
            @Override
            public void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
                right.forward(q, k, v, mask, bias, out, logSumExp);
            }

            @Override
            public void forward(Tensor q, CachedRows rows, ScoreBias bias, Tensor out) {
                right.forward(q, other.apply(rows), otherBias.apply(bias), out);
            }

            @Override
            public void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
                    Tensor gradQ, Tensor gradK, Tensor gradV) {
                right.backward(q, k, v, mask, bias, out, logSumExp, gradOut, gradQ, gradK, gradV);
            }
        };
    }

    /** A cache that passes everything on; what is wrong with it, a subclass says. */
    private static class Passing implements KvCache {
        final KvCache right;

        Passing(KvCache right) {
            this.right = right;
        }

        @Override
        public int length() {
            return right.length();
        }

        @Override
        public int capacity() {
            return right.capacity();
        }

        @Override
        public void write(int layer, Tensor keys, Tensor values) {
            right.write(layer, keys, values);
        }

        @Override
        public Tensor keys(int layer, int pending) {
            return right.keys(layer, pending);
        }

        @Override
        public Tensor values(int layer, int pending) {
            return right.values(layer, pending);
        }

        @Override
        public void commit(int positions) {
            right.commit(positions);
        }

        @Override
        public void truncate(int length) {
            right.truncate(length);
        }

        @Override
        public KvCache fork() {
            return right.fork();
        }

        @Override
        public void close() {
            right.close();
        }
    }

    private static KvCacheFactory caches(UnaryOperator<KvCache> spoilt) {
        return (spec, allocator) -> spoilt.apply(new ContiguousKvCaches().create(spec, allocator));
    }

    @Test
    @DisplayName("a cache that counts rows at once, one whose forks are itself, one that swaps keys and values, and one that keeps memory fail")
    void wrongCaches() {
        assertEquals(List.of(), failures(caches(Passing::new)));
        assertTrue(failures(caches(cache -> new Passing(cache) {
            @Override
            public void write(int layer, Tensor keys, Tensor values) {
                super.write(layer, keys, values);
                right.commit(layer == 2 ? keys.shape().intExtent(1) : 0);
            }
        })).stream().anyMatch(f -> f.contains("repeated attempt")));
        assertTrue(failures(caches(cache -> new Passing(cache) {
            @Override
            public KvCache fork() {
                return this;
            }
        })).stream().anyMatch(f -> f.contains("do not see each other")));
        assertTrue(failures(caches(cache -> new Passing(cache) {
            @Override
            public Tensor keys(int layer, int pending) {
                return right.values(layer, pending);
            }
        })).stream().anyMatch(f -> f.contains("come back")));
        assertTrue(failures(caches(cache -> new Passing(cache) {
            @Override
            public CachedRows rows(int layer, int pending) {
                CachedRows all = right.rows(layer, pending);
                return new CachedRows(all.values(), all.keys());
            }
        })).stream().anyMatch(f -> f.contains("the blocks are not what lies in one piece")));
        assertTrue(failures(caches(cache -> new Passing(cache) {
            @Override
            public void close() {
                // and keeps the memory
            }
        })).stream().anyMatch(f -> f.contains("bytes are left")));
    }
}
