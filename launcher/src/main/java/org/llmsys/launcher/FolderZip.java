package org.llmsys.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Packs a folder into a zip whose bytes are a function of the files alone: entries sorted by name, one time for all, owner and time zone of the
 * machine left out. Permissions are kept, so that a script can be run where it is unpacked.
 *
 * <pre>
 *   java -Duser.timezone=UTC … FolderZip FOLDER NAME ZIP        the entries begin with NAME/
 * </pre>
 */
public final class FolderZip {

    /** The earliest time at which every tool agrees on the day. */
    private static final FileTime TIME = FileTime.from(Instant.parse("1980-02-01T00:00:00Z"));

    private FolderZip() {
    }

    public static void main(String[] words) {
        try {
            pack(Path.of(words[0]), words[1], Path.of(words[2]));
        } catch (IOException e) {
            System.err.println("cannot write " + words[2] + ": " + e);
            System.exit(1);
        }
    }

    /** Writes the zip, which must not exist yet, and has it on the disk when it returns. */
    static void pack(Path folder, String name, Path zip) throws IOException {
        List<Path> files;
        try (Stream<Path> inside = Files.walk(folder)) {
            files = inside.filter(file -> !file.equals(folder)).sorted((a, b) -> entry(folder, a).compareTo(entry(folder, b))).toList();
        }
        try (FileSystem entries = FileSystems.newFileSystem(zip, Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
            Path top = entries.getPath("/", name);
            put(folder, top);
            for (Path file : files) {
                put(file, top.resolve(entry(folder, file)));
            }
        }
        try (FileChannel written = FileChannel.open(zip, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    private static void put(Path file, Path entry) throws IOException {
        boolean folder = Files.isDirectory(file);
        if (folder) {
            Files.createDirectory(entry);
        } else {
            Files.copy(file, entry);
        }
        String permissions = folder || Files.isExecutable(file) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString(permissions));
        Files.getFileAttributeView(entry, BasicFileAttributeView.class).setTimes(TIME, TIME, TIME);
    }

    /** The path inside the zip, with / between names on every system. */
    private static String entry(Path folder, Path file) {
        return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }
}
