package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.shell.internal.BuildTools.Tool;

class BuildToolsTest {

    @TempDir
    Path folder;

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private Tool tool(String name) {
        return new BuildTools(folder + ":/no/such/folder").tools().stream().filter(tool -> tool.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    @DisplayName("a program on PATH tells its version; any compiler will do; one that fails or is missing has a reason and a remedy")
    void tools() throws IOException {
        program("clang++", "echo Debian clang version 14.0.6; echo 15.0");
        program("cmake", "exit 3");
        Files.createDirectory(folder.resolve("ninja"));
        assertEquals(new Tool("c++", folder.resolve("clang++"), "14.0.6", null), tool("c++"));
        assertTrue(tool("cmake").why().contains("does not run") && tool("cmake").why().contains("apt install cmake"));
        assertNull(tool("ninja").path());
        assertTrue(tool("cargo").why().contains("no server") && tool("cargo").why().contains("rustup"));
        assertTrue(new BuildTools(null).tools().stream().allMatch(tool -> tool.why() != null));
    }
}
