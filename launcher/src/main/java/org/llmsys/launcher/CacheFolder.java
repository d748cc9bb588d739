package org.llmsys.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The framework's own cache. Processes that run at the same time each take a folder of their own: the first of {@code framework-0},
 * {@code framework-1}, … that nobody has locked. The lock ends when it is closed, and with the process, however that ends.
 */
final class CacheFolder implements AutoCloseable {

    private static final int MOST = 64;

    /** A channel that nobody holds would be collected and closed, and the lock with it. */
    private static final Set<CacheFolder> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel locked;

    private CacheFolder(Path path, FileChannel locked) {
        this.path = path;
        this.locked = locked;
    }

    static CacheFolder claim(Path runFolder) throws IOException {
        for (int i = 0; i < MOST; i++) {
            Path folder = runFolder.resolve("framework-" + i);
            FileChannel channel = FileChannel.open(runFolder.resolve("framework-" + i + ".lock"),
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                CacheFolder claimed = new CacheFolder(Files.createDirectories(folder).toAbsolutePath(), channel);
                HELD.add(claimed);
                return claimed;
            }
            channel.close();
        }
        throw new IOException(MOST + " workbenches run already");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException taken) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    /** Lets another workbench take it. */
    @Override
    public void close() throws IOException {
        HELD.remove(this);
        locked.close();
    }
}
