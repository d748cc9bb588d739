package org.llmsys.tensor;

import java.nio.file.Path;

import org.llmsys.tensor.internal.MappedAllocator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gives the bytes of files as storage, without a copy: the system reads a page when it is first looked at, lets go of it when memory is
 * short, and shares it with every process that maps the same file. Counted by owner in the allocator {@code mapped}, which offers this
 * service. Thread-safe.
 *
 * <pre>{@code
 * Storage weights = FileMapping.create().map(file, 8 + headerLength, DType.F16, 124_000_000, "weights");
 * }</pre>
 */
@ProviderType
public interface FileMapping {

    /**
     * The elements that begin at a byte of a file, little endian, at any address. They can be read until the storage is closed, and not
     * set. The file must not become shorter meanwhile; it may be deleted or replaced by a rename, which leaves the mapped bytes alone.
     *
     * @param owner who asks, for the statistics
     * @throws org.llmsys.assembly.Problem when there is no such file, or it ends before the last element
     */
    Storage map(Path file, long firstByte, DType dtype, long size, String owner);

    /** A mapping that counts for itself, for tests and for embedding without a framework. */
    static FileMapping create() {
        return new MappedAllocator();
    }
}
