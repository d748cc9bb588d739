package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

class FolderClaimTest {

    @TempDir
    private Path parent;

    @Test
    @DisplayName("a folder has one run at a time, by whatever name it is called; other folders are free")
    void oneAtATime() throws IOException {
        Path folder = parent.resolve("model");
        try (FolderClaim _ = FolderClaim.of(folder); FolderClaim _ = FolderClaim.of(parent.resolve("other"))) {
            Problem problem = assertThrows(Problem.class, () -> FolderClaim.of(parent.resolve("other/../model")));
            assertEquals("wait until it ends, or give another folder", problem.fix());
        }
        FolderClaim.of(folder).close();
    }

    @Test
    @DisplayName("a claim leaves nothing in the folder or beside it")
    void noTrace() throws IOException {
        try (FolderClaim _ = FolderClaim.of(parent.resolve("model")); var files = Files.list(parent)) {
            assertEquals(List.of(), files.toList());
        }
    }
}
