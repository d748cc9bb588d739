package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.internal.SafetensorsFolder;
import org.llmsys.files.internal.gguf.GgufModels;
import org.llmsys.files.internal.llama2c.Llama2cModels;

class ModelFilesTest {

    private final Assemblies assemblies = Assemblies.of(new SafetensorsFolder(), new GgufModels(), new Llama2cModels());
    private final ModelFile model = TinyModels.llama("llama", true, "");

    @TempDir
    Path folder;

    private void write(String name, String format) {
        ModelFiles.write(folder.resolve(name), model, format, assemblies, Job.silent("test"));
    }

    @Test
    @DisplayName("each form is found by its content; a folder that holds one file of a model is that model")
    void finds() throws IOException {
        write("hf", "safetensors");
        write("one/m.gguf", "gguf");
        write("two/m.bin", "llama2c");
        Files.write(folder.resolve("two/tokenizer.bin"), new byte[40]);
        Files.writeString(folder.resolve("two/notes.txt"), "mine");
        for (String path : new String[] {"hf", "hf/model.safetensors", "one", "one/m.gguf", "two", "two/m.bin"}) {
            try (ModelFile read = ModelFiles.read(folder.resolve(path), assemblies)) {
                assertEquals(model.tensors().keySet(), read.tensors().keySet(), path);
            }
        }
        assertEquals("gguf", ModelFiles.formatOf(folder.resolve("one/m.gguf"), assemblies));
        assertNull(ModelFiles.formatOf(folder.resolve("one"), assemblies));
    }

    @Test
    @DisplayName("a folder of two models names both; an empty one, a missing one, one with other weights and an unknown form say so")
    void refuses() throws IOException {
        write("several/a.gguf", "gguf");
        write("several/b.bin", "llama2c");
        Problem several = assertThrows(Problem.class, () -> ModelFiles.read(folder.resolve("several"), assemblies));
        assertTrue(several.why().contains("a.gguf, b.bin") && several.fix().contains("a.gguf"), several.text());
        Files.createDirectory(folder.resolve("empty"));
        assertTrue(assertThrows(Problem.class, () -> ModelFiles.read(folder.resolve("empty"), assemblies)).why().contains("holds no model.safetensors"));
        assertTrue(assertThrows(Problem.class, () -> ModelFiles.read(folder.resolve("nowhere"), assemblies)).why().contains("no such folder"));
        write("renamed", "safetensors");
        Files.move(folder.resolve("renamed/model.safetensors"), folder.resolve("renamed/weights.safetensors"));
        assertTrue(assertThrows(Problem.class, () -> ModelFiles.read(folder.resolve("renamed"), assemblies)).why().contains("weights.safetensors"));
        Problem form = assertThrows(Problem.class, () -> write("x", "gguff"));
        assertTrue(form.why().contains("safetensors, gguf, llama2c") && form.fix().contains("gguf"), form.text());
        assertTrue(assertThrows(Problem.class, () -> ModelFiles.read(folder, Assemblies.of())).why().contains("slot format"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "gguf", "llama2c"})
    @DisplayName("writing counts every byte; cancelled at any of them, it leaves the last version and nothing beside it")
    void cancelled(String format) throws IOException {
        Path out = folder.resolve("there/model");
        Job counted = Job.silent("test");
        ModelFiles.write(out, model, format, assemblies, counted);
        long bytes = size(out);
        assertEquals(bytes, counted.progress().done());
        byte[] before = content(out);
        for (long at : new long[] {0, 1, bytes / 2, bytes - 1}) {
            Job[] job = new Job[1];
            job[0] = new Job("test", "bytes", 0, progress -> {
                if (progress.done() > at) {
                    job[0].cancel();
                }
            });
            assertThrows(CancellationException.class, () -> ModelFiles.write(out, TinyModels.llama("llama", false, ""), format, assemblies, job[0]));
            assertArrayEquals(before, content(out));
            try (Stream<Path> left = Files.list(out.getParent())) {
                assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith(".")));
            }
        }
    }

    private static long size(Path out) throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static byte[] content(Path out) throws IOException {
        return Files.readAllBytes(Files.isDirectory(out) ? out.resolve("model.safetensors") : out);
    }
}
