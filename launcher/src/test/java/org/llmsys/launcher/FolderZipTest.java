package org.llmsys.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderZipTest {

    @TempDir
    private Path folder;

    /** Files made in this order, at this time. */
    private Path house(String name, List<String> files, long millis) throws IOException {
        Path house = Files.createDirectories(folder.resolve(name));
        for (String file : files) {
            Path path = house.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.equals("empty") ? "" : file.repeat(207));
            Files.setLastModifiedTime(path, FileTime.fromMillis(millis));
        }
        Files.setPosixFilePermissions(house.resolve("run"), PosixFilePermissions.fromString("rwxr-x---"));
        return house;
    }

    @Test
    @DisplayName("the same files give the same bytes, in whatever order and whenever they were made")
    void reproducible() throws IOException, InterruptedException {
        Path one = house("one", List.of("run", "lib/b.jar", "lib/a.jar", "empty", "zz/deep/er.txt"), 1_700_000_000_000L);
        Path other = house("other", List.of("zz/deep/er.txt", "lib/a.jar", "empty", "run", "lib/b.jar"), 1_800_000_000_000L);
        FolderZip.pack(one, "house", folder.resolve("one.zip"));
        Thread.sleep(2100);                                            // a zip counts in steps of two seconds
        FolderZip.pack(other, "house", folder.resolve("other.zip"));
        assertArrayEquals(Files.readAllBytes(folder.resolve("one.zip")), Files.readAllBytes(folder.resolve("other.zip")));
    }

    @Test
    @DisplayName("every file and folder is inside, sorted, with its bytes, and a script can still be run")
    void complete() throws IOException {
        Path zip = folder.resolve("house.zip");
        FolderZip.pack(house("house", List.of("run", "lib/a.jar", "empty"), 0), "house-1", zip);
        List<String> names = new ArrayList<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            file.stream().map(ZipEntry::getName).forEach(names::add);
            assertEquals("lib/a.jar".repeat(207), new String(file.getInputStream(file.getEntry("house-1/lib/a.jar")).readAllBytes()));
        }
        assertEquals(List.of("house-1/", "house-1/empty", "house-1/lib/", "house-1/lib/a.jar", "house-1/run"), names);
        try (FileSystem entries = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", "true"))) {
            assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(entries.getPath("/house-1/run"))));
            assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(entries.getPath("/house-1/empty"))));
        }
    }
}
