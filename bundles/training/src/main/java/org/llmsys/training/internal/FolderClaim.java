package org.llmsys.training.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.llmsys.assembly.Problem;
import org.llmsys.training.Dataset;

/**
 * The right to write a folder: two runs that saved into one would take it apart. It is a locked file in the system's temporary folder, so
 * that the folder itself and its parent hold models only; the lock ends with the process, however it ends.
 */
final class FolderClaim implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;

    private FolderClaim(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws Problem when another run has it */
    static FolderClaim of(Path folder) throws IOException {
        Path real = Files.exists(folder) ? folder.toRealPath() : folder.toAbsolutePath().normalize();
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "llmsys-" + Dataset.fingerprint(real.toString()).substring(0, 16) + ".lock");
        while (true) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw Problem.failed("another run is writing to " + folder, "two runs in one folder would spoil each other's checkpoints",
                        "wait until it ends, or give another folder");
            }
            if (Files.exists(file)) {
                return new FolderClaim(file, channel);
            }
            channel.close();                                           // its last owner deleted it meanwhile
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException takenInThisProcess) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}
