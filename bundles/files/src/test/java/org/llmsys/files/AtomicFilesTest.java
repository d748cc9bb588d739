package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

class AtomicFilesTest {

    @TempDir
    Path parent;

    @Test
    @DisplayName("the disk is asked in the order that survives a power loss: write, force, rename, force the folder")
    void order() {
        List<String> asked = new ArrayList<>();
        save(new AtomicFiles(new Recording(asked)), "old");
        asked.clear();
        save(new AtomicFiles(new Recording(asked)), "new");
        assertEquals(List.of("createFolder .out.saving", "create a", "write", "force", "create b", "write", "force", "forceFolder .out.saving",
                "rename out .out.previous", "rename .out.saving out", "forceFolder " + parent.getFileName(),
                "delete a", "delete b", "delete .out.previous"), sorted(asked));
    }

    @Test
    @DisplayName("whichever operation fails, the old folder or the new one is whole, and the next save leaves nothing behind")
    void failsAtEveryOperation() throws IOException {
        save(AtomicFiles.ON_DISK, "old");
        boolean failed = true;
        for (int n = 1; failed; n++) {
            FailingDisk disk = new FailingDisk(n);
            try {
                save(new AtomicFiles(disk), "new" + n);
            } catch (Problem e) {
                assertTrue(e.why().contains("no space"), e.text());
            }
            failed = disk.failed();
            Path current = AtomicFiles.current(out());
            assertEquals(Files.readString(current.resolve("a")), Files.readString(current.resolve("b")), "operation " + n);
            save(AtomicFiles.ON_DISK, "old");
            assertEquals(Set.of("out"), names(parent), "operation " + n);
            assertTrue(n < 100, "the save never succeeded");
        }
    }

    @Test
    @DisplayName("a full disk is said to be full, and leaves the old file and no temporary one")
    void fullDisk() throws IOException {
        Path file = parent.resolve("f");
        AtomicFiles.ON_DISK.writeFile(file, sink -> sink.write(ByteBuffer.wrap(new byte[] {1})));
        AtomicFiles full = new AtomicFiles(new FailingDisk(3));          // delete no leftover; create, write, force: the third
        Problem problem = assertThrows(Problem.class, () -> full.writeFile(file, sink -> sink.write(ByteBuffer.wrap(new byte[] {2}))));
        assertTrue(problem.why().contains("the disk is full"), problem.text());
        assertEquals(1, Files.readAllBytes(file)[0]);
        assertEquals(Set.of("f"), names(parent));
    }

    @Test
    @DisplayName("killed between the two renames: the old folder is found where it was kept, and the next save puts it back")
    void betweenTheRenames() throws IOException {
        save(AtomicFiles.ON_DISK, "old");
        Files.move(out(), parent.resolve(".out.previous"));
        assertEquals("old", Files.readString(AtomicFiles.current(out()).resolve("a")));
        save(AtomicFiles.ON_DISK, "new");
        assertEquals("new", Files.readString(out().resolve("a")));
        assertEquals(Set.of("out"), names(parent));
    }

    @Test
    @DisplayName("files that are not ours move over to the new folder; ours that are not written again go")
    void keepsForeignFiles() throws IOException {
        Files.createDirectories(out().resolve("sub"));
        Files.writeString(out().resolve("sub/notes.txt"), "mine");
        Files.writeString(out().resolve("stale.json"), "{}");
        save(AtomicFiles.ON_DISK, "new");
        assertEquals(Set.of("a", "b", "sub"), names(out()));
        assertEquals("mine", Files.readString(out().resolve("sub/notes.txt")));
    }

    @Test
    @DisplayName("parents are made; a link is followed; a file in the way is an error that names it")
    void places() throws IOException {
        Path deep = parent.resolve("x/y/z");
        AtomicFiles.ON_DISK.writeFolder(deep, name -> true, draft -> draft.text("t", "1"));
        assertEquals("1", Files.readString(deep.resolve("t")));
        Path link = Files.createSymbolicLink(parent.resolve("link"), deep);
        AtomicFiles.ON_DISK.writeFolder(link, name -> true, draft -> draft.text("t", "2"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("2", Files.readString(deep.resolve("t")));
        Path inTheWay = Files.writeString(parent.resolve("file"), "");
        Problem problem = assertThrows(Problem.class, () -> AtomicFiles.ON_DISK.writeFolder(inTheWay, name -> true, draft -> draft.text("t", "")));
        assertTrue(problem.why().contains("a file of that name"), problem.text());
        assertThrows(Problem.class, () -> AtomicFiles.ON_DISK.rehearse(inTheWay, draft -> draft.text("t", "")));
        assertThrows(Problem.class, () -> AtomicFiles.ON_DISK.rehearse(inTheWay.resolve("below"), draft -> draft.text("t", "")));
    }

    @Test
    @DisplayName("a rehearsal leaves nothing and fails when the save would")
    void rehearsal() throws IOException {
        AtomicFiles.ON_DISK.rehearse(out(), draft -> draft.text("a", "1"));
        assertFalse(Files.exists(out()));
        assertEquals(Set.of(), names(parent));
        assertThrows(Problem.class, () -> new AtomicFiles(new FailingDisk(3)).rehearse(out(), draft -> draft.text("a", "1")));
        assertEquals(Set.of(), names(parent));
    }

    @Test
    @DisplayName("a rehearsal leaves an old folder as it is, and finds one that cannot be renamed, such as a mount point")
    void rehearsalOverAnOldFolder() throws IOException {
        save(AtomicFiles.ON_DISK, "old");
        AtomicFiles.ON_DISK.rehearse(out(), draft -> draft.text("a", "new"));
        assertEquals("old", Files.readString(out().resolve("a")));
        AtomicFiles immovable = new AtomicFiles(new FileOperations() {
            @Override
            public void rename(Path from, Path to) throws IOException {
                throw new IOException("Device or resource busy");
            }
        });
        Problem problem = assertThrows(Problem.class, () -> immovable.rehearse(out(), draft -> draft.text("a", "new")));
        assertTrue(problem.why().contains("busy"), problem.text());
        assertEquals("old", Files.readString(out().resolve("a")));
        assertEquals(Set.of("out"), names(parent));
    }

    private Path out() {
        return parent.resolve("out");
    }

    private void save(AtomicFiles files, String text) {
        files.writeFolder(out(), name -> name.length() == 1 || name.endsWith(".json"), draft -> {
            draft.text("a", text);
            draft.text("b", text);
        });
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return new TreeSet<>(inside.map(p -> p.getFileName().toString()).toList());
        }
    }

    /** Deletions come in the order the disk lists names; the test wants one order. */
    private static List<String> sorted(List<String> asked) {
        List<String> last = new ArrayList<>(asked.subList(asked.size() - 3, asked.size() - 1));
        last.sort(null);
        List<String> result = new ArrayList<>(asked.subList(0, asked.size() - 3));
        result.addAll(last);
        result.add(asked.getLast());
        return result;
    }

    private record Recording(List<String> asked) implements FileOperations {

        @Override
        public void createFolder(Path folder) throws IOException {
            asked.add("createFolder " + folder.getFileName());
            FileOperations.super.createFolder(folder);
        }

        @Override
        public FileChannel create(Path file) throws IOException {
            asked.add("create " + file.getFileName());
            return FileOperations.super.create(file);
        }

        @Override
        public void write(FileChannel file, ByteBuffer bytes) throws IOException {
            asked.add("write");
            FileOperations.super.write(file, bytes);
        }

        @Override
        public void force(FileChannel file) throws IOException {
            asked.add("force");
            FileOperations.super.force(file);
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
            asked.add("forceFolder " + folder.getFileName());
            FileOperations.super.forceFolder(folder);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            asked.add("rename " + from.getFileName() + " " + to.getFileName());
            FileOperations.super.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            asked.add("delete " + path.getFileName());
            FileOperations.super.delete(path);
        }
    }
}
