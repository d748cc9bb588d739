package org.llmsys.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The framework's own cache. Processes that run at the same time each take a folder of their own: the first of {@code framework-0},
 * {@code framework-1}, … that nobody has locked. The lock ends with the process, however it ends.
 */
final class CacheFolder {

    private static final int MOST = 64;

    /** Open until the process ends: a channel that nobody holds would be collected and closed, and the lock with it. */
    private static FileChannel held;

    private CacheFolder() {
    }

    static Path claim(Path runFolder) throws IOException {
        for (int i = 0; i < MOST; i++) {
            Path folder = runFolder.resolve("framework-" + i);
            FileChannel channel = FileChannel.open(runFolder.resolve("framework-" + i + ".lock"),
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                held = channel;
                Files.createDirectories(folder);
                return folder.toAbsolutePath();
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
}
