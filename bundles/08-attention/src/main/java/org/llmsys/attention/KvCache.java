package org.llmsys.attention;

import java.util.List;

import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The keys and values of the positions a sequence has passed, layer by layer, so that they are computed once.
 *
 * <p>A step writes its rows beyond {@link #length()} and they count only when {@link #commit} moves the length: a repeated step
 * overwrites what the first attempt wrote. For one sequence and one thread; forks of one cache may belong to different threads.
 *
 * <pre>{@code
 * try (KvCache prompt = caches.create(spec, allocator)) {
 *     ... a step writes 64 rows a layer ...
 *     prompt.commit(64);
 *     KvCache first = prompt.fork();                  // two continuations of one prompt, computed once
 *     KvCache second = prompt.fork();
 * }
 * }</pre>
 */
@ConsumerType
public interface KvCache extends AutoCloseable {

    /** Positions that count. */
    int length();

    /** Most positions it can hold. */
    int capacity();

    /**
     * Writes rows {@code length()} to {@code length()+T-1} of a layer.
     *
     * @param keys   shape (NKV,T,HS), rows with stride 1 over HS
     * @param values as keys
     */
    void write(int layer, Tensor keys, Tensor values);

    /**
     * Keys 0 to {@code length()+pending-1} of a layer in one piece, shape (NKV, length+pending, HS), on the heap. To read only, until the
     * cache is written to.
     */
    Tensor keys(int layer, int pending);

    /** Values, as {@link #keys}. */
    Tensor values(int layer, int pending);

    /** The same keys and values as they lie, for kernels that need no copy of them in one piece. To read only, until the cache is written to. */
    default CachedRows rows(int layer, int pending) {
        return new CachedRows(List.of(keys(layer, pending)), List.of(values(layer, pending)));
    }

    /** The next {@code positions} rows count from now on. */
    void commit(int positions);

    /** Forgets everything after the first {@code length} positions. */
    void truncate(int length);

    /**
     * Another cache with the same committed positions: what one writes from now on the other does not see. Either may be closed first. Whether
     * memory is copied now, or shared until one of them writes, is the provider's affair.
     */
    KvCache fork();

    /**
     * The same for a continuation that reaches less far: a provider that takes all its memory at once takes no more than this asks for. Without an
     * own answer of the provider, a fork takes what {@link #fork()} takes.
     *
     * @param capacity most positions the fork will hold, from {@link #length()} to {@link #capacity()}
     * @throws IllegalArgumentException for another capacity
     */
    default KvCache fork(int capacity) {
        if (capacity < length() || capacity > capacity()) {
            throw new IllegalArgumentException("a fork of " + length() + " positions with room for " + capacity() + " cannot have room for " + capacity);
        }
        return fork();
    }

    /** Gives the memory back that no fork still needs. Closing twice is harmless. */
    @Override
    void close();
}
