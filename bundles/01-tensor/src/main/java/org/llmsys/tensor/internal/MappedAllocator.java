package org.llmsys.tensor.internal;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.AllocationLedger;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Component;

/**
 * Memory with a file behind it. What is mapped is the file: nothing is read before it is looked at. What is allocated gets a temporary
 * file of its own, deleted at once and gone with the mapping, so that a storage may be larger than the memory: pages that nobody looks
 * at move to the disk, whether or not the system has swap. They lie in {@code java.io.tmpdir}.
 */
@Component(service = {TensorAllocator.class, FileMapping.class}, immediate = true)    // keeps the counts while nobody holds it
@Provider(slot = "allocator", algorithm = TensorAllocator.ALGORITHM, name = "mapped",
        summary = "memory-mapped files: a model's bytes without a copy, storage larger than memory", reference = "POSIX mmap")
public final class MappedAllocator implements TensorAllocator, FileMapping {

    private final AllocationLedger ledger = new AllocationLedger();

    @Override
    public Storage allocate(DType dtype, long size, String owner) {
        long bytes = dtype.bytes(size);
        try {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"));
            long free = Files.getFileStore(folder).getUsableSpace();   // a file with holes could promise more than the disk has
            if (bytes > free) {
                throw notEnough(bytes, owner, "the folder of temporary files, " + folder + ", has " + free + " bytes left", null);
            }
            Path file = Files.createTempFile(folder, "llmsys-", ".storage");
            try (FileChannel channel = FileChannel.open(file, READ, WRITE, DELETE_ON_CLOSE)) {
                return mapped(channel, MapMode.READ_WRITE, 0, dtype, size, owner);    // the file grows with it, by zeros
            }
        } catch (IOException e) {
            throw notEnough(bytes, owner, e.toString(), e);
        }
    }

    private static Problem notEnough(long bytes, String owner, String why, Exception cause) {
        return new Problem("cannot allocate " + bytes + " bytes for " + owner + " in a file", why,
                "choose a larger disk with -Djava.io.tmpdir, or use a smaller model or batch", Problem.FAILED, cause);
    }

    @Override
    public Storage map(Path file, long firstByte, DType dtype, long size, String owner) {
        long bytes = dtype.bytes(size);
        try (FileChannel channel = FileChannel.open(file, READ)) {
            long length = channel.size();
            if (firstByte < 0 || firstByte > length || bytes > length - firstByte) {
                throw Problem.failed("cannot map " + size + " elements of " + dtype + " from byte " + firstByte + " of " + file,
                        "they take " + bytes + " bytes and the file has " + length, "check whether the file is complete");
            }
            return mapped(channel, MapMode.READ_ONLY, firstByte, dtype, size, owner);
        } catch (NoSuchFileException e) {
            throw new Problem("cannot map " + file, "there is no such file", "give the path of a file", Problem.FAILED, e);
        } catch (IOException e) {
            throw new Problem("cannot map " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    private Storage mapped(FileChannel channel, MapMode mode, long firstByte, DType dtype, long size, String owner) throws IOException {
        Arena arena = Arena.ofShared();                                // any thread may read, any thread may close
        try {
            MemorySegment segment = channel.map(mode, firstByte, dtype.bytes(size), arena);
            return new CountedStorage(new SegmentStorage(dtype, size, segment), ledger.account(owner), arena::close);
        } catch (OutOfMemoryError full) {
            arena.close();
            throw new Problem("cannot map " + dtype.bytes(size) + " bytes for " + owner, "the system gives no more addresses",
                    "close what is not needed", Problem.FAILED, full);
        } catch (IOException | IllegalArgumentException failed) {
            arena.close();
            throw new IOException("the system does not map it: " + failed.getMessage(), failed);
        }
    }

    @Override
    public List<Usage> usage() {
        return ledger.usage();
    }
}
