package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.ModelConversion.Made;
import org.llmsys.inference.ModelConversion.Order;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.WorkerPool;

/** A model in another form computes the same; what a form cannot say is refused before anything is written. */
class ModelConversionTest {

    private static final int VOCAB = 101;
    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final ModelStore store = new ModelFolderStore(assemblies);
    private final ModelConversion conversion = new ModelConversion(assemblies);

    @TempDir
    Path folder;

    private Path llama() {
        Path path = folder.resolve("llama");
        store.save(new LoadedModel("llama", TinyModels.model(TinyModels.llama(VOCAB, 32, 64, 2, 4, 96)), null), path);
        return path;
    }

    private Made convert(Path in, String out, String format, DType type) {
        return conversion.convert(new Order(in, folder.resolve(out), format, type, true), Job.silent("test"));
    }

    private float[] logits(Path path) {
        return Writing.logits(assemblies, store.load(path), IDS)[IDS.length - 1];
    }

    @Test
    @DisplayName("through gguf, llama2c and back to safetensors the logits stay: to 1e-4 where queries and keys change their order, from gguf to llama2c to the bit")
    void forms() {
        Path llama = llama();
        Made gguf = convert(llama, "m.gguf", "gguf", null);
        assertEquals("there is no tokenizer in it", gguf.note());
        assertEquals(2 * 9 + 2, gguf.file().tensors().size(), "nine a block, the table, the last norm");
        convert(folder.resolve("m.gguf"), "m.bin", "llama2c", null);
        convert(folder.resolve("m.bin"), "back", "safetensors", null);
        assertArrayEquals(logits(llama), logits(folder.resolve("m.gguf")), 1e-4f);
        assertArrayEquals(logits(folder.resolve("m.gguf")), logits(folder.resolve("m.bin")));
        assertArrayEquals(logits(llama), logits(folder.resolve("back")), 1e-4f);
    }

    @Test
    @DisplayName("half the type, about half the file; the job counts every byte retyped and written")
    void types() throws Exception {
        Path llama = llama();
        Job job = Job.silent("test");
        Made half = conversion.convert(new Order(llama, folder.resolve("half.gguf"), "gguf", DType.F16, false), job);
        assertEquals(job.progress().total(), job.progress().done());
        assertTrue(job.progress().done() > 2 * half.config().parameterCount(), "every byte retyped and written");
        convert(llama, "whole.gguf", "gguf", null);
        assertTrue(Files.size(folder.resolve("half.gguf")) < 0.6 * Files.size(folder.resolve("whole.gguf")));
        assertArrayEquals(logits(llama), logits(folder.resolve("half.gguf")), 0.2f);
    }

    @Test
    @DisplayName("blocks in safetensors, F16 in llama2c, an unknown form: refused by name, and nothing is there afterwards")
    void refuses() {
        Path llama = llama();
        assertTrue(assertThrows(Problem.class, () -> convert(llama, "x", "safetensors", DType.Q8_0)).fix().contains("gguf"));
        assertTrue(assertThrows(Problem.class, () -> convert(llama, "x", "llama2c", DType.F16)).why().contains("F32"));
        assertThrows(Problem.class, () -> convert(llama, "x", "gguff", null));
        assertThrows(Problem.class, () -> convert(folder.resolve("nowhere"), "x", "gguf", null));
        assertFalse(Files.exists(folder.resolve("x")));
    }
}
