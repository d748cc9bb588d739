package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.osgi.annotation.versioning.ConsumerType;

/** The few things that saving asks of a disk, each of which can fail. A test puts a failing one in their place, one operation after another. */
@ConsumerType
public interface FileOperations {

    /** The disk itself. */
    FileOperations DISK = new FileOperations() {
    };

    default void createFolder(Path folder) throws IOException {
        Files.createDirectory(folder);
    }

    /** Opens a new file for writing. */
    default FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    /** Writes some of the bytes that remain. */
    default void write(FileChannel file, ByteBuffer bytes) throws IOException {
        file.write(bytes);
    }

    /** Returns when the file's bytes are on the medium. */
    default void force(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Returns when the folder's list of names is on the medium: a new file or a rename survives a power loss only after that. */
    default void forceFolder(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** Gives a file or folder another name, at one instant. A file of the new name is replaced. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a file or an empty folder. */
    default void delete(Path path) throws IOException {
        Files.delete(path);
    }
}
