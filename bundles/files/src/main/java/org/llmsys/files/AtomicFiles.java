package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.internal.WatchedDisk;

/**
 * Writes a file or a folder whole or not at all, whenever the program, the disk or the power fails.
 *
 * <pre>
 *   file:    write .name.saving, force it;                     rename it to name;            force the parent
 *   folder:  write .name.saving/..., force each file and it;   rename name to .name.previous,
 *            rename .name.saving to name;                      force the parent;   delete .name.previous
 * </pre>
 *
 * <p>Between the two renames of a folder only {@code .name.previous} is there; {@link #current} then finds it, and the next save puts it
 * back first. Leftovers of a save that was killed are deleted by the next save of the same name. One process at a time may save a name.
 *
 * <p>Errors: a {@link Problem} that says whether the disk is full or the place cannot be written; the last complete version is still there.
 *
 * @see <a href="https://www.usenix.org/conference/osdi14/technical-sessions/presentation/pillai">Pillai et al. 2014, All File Systems Are
 *      Not Created Equal</a>
 */
public final class AtomicFiles {

    /** Saves on the disk. */
    public static final AtomicFiles ON_DISK = new AtomicFiles(FileOperations.DISK);

    private static final String SAVING = ".saving";
    private static final String PREVIOUS = ".previous";

    private final FileOperations disk;

    public AtomicFiles(FileOperations disk) {
        this.disk = disk;
    }

    /** The same, whose writing is told to a job, and ends when that is cancelled. */
    public AtomicFiles watched(Job job) {
        return new AtomicFiles(new WatchedDisk(disk, job));
    }

    /** Where content puts its bytes; takes all that remain of a buffer. */
    @FunctionalInterface
    public interface Sink {
        void write(ByteBuffer bytes) throws IOException;
    }

    /** What a file shall hold. */
    @FunctionalInterface
    public interface FileContent {
        void writeTo(Sink sink) throws IOException;
    }

    /** What a folder shall hold. */
    @FunctionalInterface
    public interface FolderContent {
        void writeTo(Draft draft) throws IOException;
    }

    /** Writes or replaces one file. */
    public void writeFile(Path file, FileContent content) {
        Path target = real(file);
        Path saving = beside(target, SAVING);
        try {
            createFolders(target.getParent());
            deleteTree(saving);
            try {
                writeAndForce(saving, content);
                disk.rename(saving, target);
            } catch (IOException | RuntimeException e) {
                cleanUp(saving, e);
                throw e;
            }
            disk.forceFolder(target.getParent());
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /**
     * Writes or replaces a folder.
     *
     * @param replaced names in the old folder that the new one stands for; other files in it are not ours and move over
     */
    public void writeFolder(Path folder, Predicate<String> replaced, FolderContent content) {
        Path target = real(folder);
        try {
            requireNoFile(target);
            settle(target, replaced);
            Path saving = beside(target, SAVING);
            try {
                draft(saving, content);
                swap(saving, target);
            } catch (IOException | RuntimeException e) {
                cleanUp(saving, e);
                throw e;
            }
            disk.forceFolder(target.getParent());
        } catch (IOException e) {
            throw cannotWrite(folder, e);
        }
        try {
            dropPrevious(target, replaced);
        } catch (IOException e) {
            // the new folder is safe in its place; the next save tries again to clear the old one away
        }
    }

    /** Does everything that {@link #writeFolder} would and leaves all as it was: to find a full disk, a read-only or an immovable place early. */
    public void rehearse(Path folder, FolderContent content) {
        Path target = real(folder);
        Path saving = beside(target, SAVING);
        try {
            requireNoFile(target);
            deleteTree(saving);
            try {
                draft(saving, content);
            } finally {
                deleteTree(saving);
            }
            stepAsideAndBack(target);
        } catch (IOException e) {
            throw cannotWrite(folder, e);
        }
    }

    /** Where the folder's last complete content is: there, or in the one kept aside when a save was killed at its last moment. */
    public static Path current(Path folder) {
        Path target = real(folder);
        Path previous = beside(target, PREVIOUS);
        return !Files.exists(target) && Files.isDirectory(previous) ? previous : folder;
    }

    /** A folder that is being written. */
    public final class Draft {

        private final Path folder;

        private Draft(Path folder) {
            this.folder = folder;
        }

        /** Where it is written: absent until the first file is, and gone when the save has ended. */
        public Path folder() {
            return folder;
        }

        /** Adds a file. */
        public void file(String name, FileContent content) throws IOException {
            if (!Files.exists(folder)) {
                disk.createFolder(folder);
            }
            writeAndForce(folder.resolve(name), content);
        }

        /** Adds a file of text. */
        public void text(String name, String text) throws IOException {
            file(name, sink -> sink.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
        }
    }

    private void draft(Path saving, FolderContent content) throws IOException {
        deleteTree(saving);
        createFolders(saving.getParent());
        content.writeTo(new Draft(saving));
        disk.forceFolder(saving);
    }

    private void createFolders(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            createFolders(folder.getParent());
            disk.createFolder(folder);
        }
    }

    /** The old folder steps aside, the new one takes its place; if it cannot, the old one comes back. */
    private void swap(Path saving, Path target) throws IOException {
        Path previous = beside(target, PREVIOUS);
        boolean replaces = Files.exists(target);
        if (replaces) {
            disk.rename(target, previous);
        }
        try {
            disk.rename(saving, target);
        } catch (IOException e) {
            if (replaces) {
                FileOperations.DISK.rename(previous, target);
            }
            throw e;
        }
    }

    /** Finishes or takes back what a killed save left behind. */
    private void settle(Path target, Predicate<String> replaced) throws IOException {
        Path previous = beside(target, PREVIOUS);
        if (Files.exists(previous)) {
            if (Files.exists(target)) {
                dropPrevious(target, replaced);
            } else {
                disk.rename(previous, target);
            }
        }
    }

    /** A mount point, for example, can be written to and yet not be renamed. */
    private void stepAsideAndBack(Path target) throws IOException {
        Path previous = beside(target, PREVIOUS);
        if (Files.exists(target) && !Files.exists(previous)) {
            disk.rename(target, previous);
            disk.rename(previous, target);
        }
    }

    private static void requireNoFile(Path target) throws IOException {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "there is a file of that name, not a folder");
        }
    }

    private void dropPrevious(Path target, Predicate<String> replaced) throws IOException {
        Path previous = beside(target, PREVIOUS);
        if (!Files.exists(previous)) {
            return;
        }
        for (Path old : list(previous)) {
            Path kept = target.resolve(old.getFileName());
            if (!replaced.test(old.getFileName().toString()) && !Files.exists(kept, LinkOption.NOFOLLOW_LINKS)) {
                disk.rename(old, kept);
            }
        }
        deleteTree(previous);
    }

    private void writeAndForce(Path file, FileContent content) throws IOException {
        try (FileChannel channel = disk.create(file)) {
            content.writeTo(bytes -> {
                while (bytes.hasRemaining()) {
                    disk.write(channel, bytes);
                }
            });
            disk.force(channel);
        }
    }

    private void cleanUp(Path saving, Exception reason) {
        try {
            deleteTree(saving);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path inside : list(path)) {
                deleteTree(inside);
            }
        }
        disk.delete(path);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.toList();
        }
    }

    /** Where a path leads, so that a link stays a link and the temporary name lies on the same disk. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    private static Path beside(Path target, String suffix) {
        if (target.getFileName() == null) {
            throw Problem.misused("cannot save to " + target, "it has no name of its own", "give a folder");
        }
        return target.resolveSibling("." + target.getFileName() + suffix);
    }

    private static Problem cannotWrite(Path path, IOException e) {
        String reason = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        String text = String.valueOf(reason).toLowerCase(Locale.ROOT);
        boolean full = text.contains("no space") || text.contains("quota");
        String why = full ? "the disk is full (" + reason + ")"
                : text.contains("busy") ? "it cannot be replaced (" + reason + "), as when a disk is mounted at this very place"
                : e.getClass() == FileSystemException.class && reason != null ? reason : e.getClass().getSimpleName() + ": " + reason;
        return new Problem("cannot write " + path, why + "; the last complete version is untouched",
                full ? "make room or give a place on another disk" : text.contains("busy") ? "give a folder inside it" : "give a place whose parent folder you may write to", Problem.FAILED, e);
    }
}
