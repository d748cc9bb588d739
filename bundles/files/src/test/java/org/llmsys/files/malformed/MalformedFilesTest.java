package org.llmsys.files.malformed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.files.internal.SafetensorsFolder;
import org.llmsys.files.internal.gguf.GgufModels;
import org.llmsys.files.internal.llama2c.Llama2cModels;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/** Every kind of damage, with many seeds: each file gives one Problem, never another exception; valid files among them are read. */
class MalformedFilesTest {

    private static final int LONGEST_MESSAGE = 8000;
    private static final long MOST_MEMORY = 64 << 20;
    private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ModelFormat gguf = new GgufModels();
    private final ModelFormat safetensors = new SafetensorsFolder();
    private final ModelFormat llama2c = new Llama2cModels();

    @TempDir
    Path folder;

    @BeforeEach
    void config() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
    }

    @Test
    @DisplayName("4 files of each of more than 150 kinds of damage are refused; valid ones are read")
    void corpus() throws IOException {
        corpus(4);
    }

    @Test
    @Tag("long")
    @DisplayName("100 files of each kind of damage are refused; valid ones are read")
    void largeCorpus() throws IOException {
        corpus(100);
    }

    private void corpus(int seeds) throws IOException {
        Map<String, Damage> kinds = new LinkedHashMap<>(DamagedGguf.kinds());
        kinds.putAll(DamagedSafetensors.kinds());
        kinds.putAll(DamagedLlama2c.kinds());
        assertTrue(kinds.size() > 150, "only " + kinds.size() + " kinds");
        for (int seed = 0; seed < seeds; seed++) {
            RandomStream random = RandomStream.at(seed);
            for (Map.Entry<String, Damage> kind : kinds.entrySet()) {
                refused(kind.getKey(), kind.getValue().file(random), "seed " + seed);
            }
            for (int control = 0; control < kinds.size() / 10; control++) {
                accepted(gguf, DamagedGguf.good(random), ".gguf");
                accepted(safetensors, DamagedSafetensors.good(random), ".safetensors");
                accepted(llama2c, DamagedLlama2c.good(control % 3), ".bin");
            }
        }
    }

    @Test
    @DisplayName("a valid file of each form, cut at every byte of its header and at 100 later ones, is refused")
    void truncated() throws IOException {
        RandomStream random = RandomStream.at(2);
        Map<String, byte[]> files = Map.of("gguf: ", DamagedGguf.good(random), "safetensors: ", DamagedSafetensors.good(random),
                "llama2.c 0: ", DamagedLlama2c.good(0), "llama2.c 1: ", DamagedLlama2c.good(1), "llama2.c 2: ", DamagedLlama2c.good(2));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            int length = file.getValue().length;
            for (int cut = 0; cut < Math.min(length, 1000); cut++) {
                refused(file.getKey(), Arrays.copyOf(file.getValue(), cut), "cut at " + cut);
            }
            for (int n = 0; n < 100; n++) {
                int cut = (int) random.nextLong(length);
                refused(file.getKey(), Arrays.copyOf(file.getValue(), cut), "cut at " + cut);
            }
        }
    }

    @Test
    @DisplayName("with any bit of the header flipped, a file of each form is refused or read without harm")
    void flipped() throws IOException {
        for (byte[] good : List.of(DamagedGguf.good(RandomStream.at(3)), DamagedLlama2c.good(0), DamagedLlama2c.good(2))) {
            boolean isGguf = ByteBuffer.wrap(good).getInt() == 0x47475546;
            int refused = 0;
            int bits = 8 * Math.min(good.length, isGguf ? 700 : 41);
            for (int bit = 0; bit < bits; bit++) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                Path file = Files.write(folder.resolve(isGguf ? "bad.gguf" : "bad.bin"), bad);
                try (ModelFile read = (isGguf ? gguf : llama2c).read(file)) {
                    assertTrue(read.tensors().values().stream().mapToLong(Tensor::size).sum() < 4L * good.length);
                } catch (Problem e) {
                    refused++;
                }
            }
            assertTrue(refused > bits / 8, refused + " of " + bits + " were refused");
        }
    }

    private void refused(String kind, byte[] bytes, String which) throws IOException {
        ModelFormat format = kind.startsWith("gguf") ? gguf : kind.startsWith("safe") ? safetensors : llama2c;
        Path file = Files.write(folder.resolve(kind.startsWith("gguf") ? "bad.gguf" : kind.startsWith("safe") ? "bad.safetensors" : "bad.bin"),
                bytes);
        long before = MEMORY.getCurrentThreadAllocatedBytes();
        Problem problem = assertThrows(Problem.class, () -> format.read(file).close(), () -> kind + ", " + which);
        long taken = MEMORY.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken <= MOST_MEMORY, () -> kind + ", " + which + " took " + taken + " bytes before it was refused");
        assertTrue(problem.text().length() < LONGEST_MESSAGE, kind + " says too much: " + problem.text().length());
        assertTrue(problem.text().chars().allMatch(c -> c >= ' ' || c == '\n'), kind + " prints control characters");
    }

    private void accepted(ModelFormat format, byte[] bytes, String ending) throws IOException {
        Path file = Files.write(folder.resolve("good" + ending), bytes);
        assertTrue(format.recognizes(file));
        try (ModelFile read = format.read(file)) {
            assertEquals(false, read.tensors().isEmpty());
        }
    }
}
