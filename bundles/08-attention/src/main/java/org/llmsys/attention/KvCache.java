package org.llmsys.attention;

import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The keys and values of the positions a sequence has passed, layer by layer, so that they are computed once.
 *
 * <p>A step writes its rows beyond {@link #length()} and they count only when {@link #commit} moves the length: a repeated step
 * overwrites what the first attempt wrote. For one sequence and one thread.
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

    /** Keys 0 to {@code length()+pending-1} of a layer, shape (NKV, length+pending, HS). */
    Tensor keys(int layer, int pending);

    /** Values, as {@link #keys}. */
    Tensor values(int layer, int pending);

    /** The next {@code positions} rows count from now on. */
    void commit(int positions);

    /** Forgets everything after the first {@code length} positions. */
    void truncate(int length);

    @Override
    void close();
}
