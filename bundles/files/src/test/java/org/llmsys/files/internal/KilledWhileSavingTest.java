package org.llmsys.files.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles.FileContent;
import org.llmsys.files.ModelFile;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/** Another Java saves models in a loop and is killed at random times; what it said was saved must be there. */
class KilledWhileSavingTest {

    private static final int ELEMENTS = 1 << 20;

    @TempDir
    Path parent;

    @Test
    @DisplayName("20 kills in the middle of saving lose no acknowledged model; writing in place loses some")
    void someKills() throws Exception {
        assertEquals(0, lost("atomic", 20));
        assertTrue(lost("in-place", 10) > 0, "the control lost nothing, so this test proves nothing");
    }

    @Test
    @Tag("long")
    @DisplayName("200 kills in the middle of saving lose no acknowledged model; writing in place loses a fifth")
    void manyKills() throws Exception {
        assertEquals(0, lost("atomic", 200));
        assertTrue(lost("in-place", 50) >= 10, "the control lost too little, so this test proves nothing");
    }

    private int lost(String way, int kills) throws Exception {
        Path folder = parent.resolve(way);
        SafetensorsFolder format = new SafetensorsFolder();
        RandomStream random = RandomStream.at(42, kills);
        long acknowledged = 0;
        int lost = 0;
        for (int kill = 0; kill < kills; kill++) {
            Process saver = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Saver.class.getName(), way,
                    folder.toString(), Long.toString(acknowledged + 1)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(saver.getInputStream(), StandardCharsets.UTF_8))) {
                acknowledged = Long.parseLong(out.readLine());
                Thread.sleep(random.nextLong(40));
                saver.toHandle().destroyForcibly();                // SIGKILL; unlike Process.destroyForcibly it leaves the pipe open
                for (String line = out.readLine(); line != null && !line.isEmpty(); line = out.readLine()) {
                    acknowledged = Long.parseLong(line);
                }
            }
            saver.waitFor();
            lost += holds(format, folder, acknowledged) ? 0 : 1;
        }
        return lost;
    }

    /** Whether the folder holds a whole model, the acknowledged one or the one after it. */
    private static boolean holds(SafetensorsFolder format, Path folder, long acknowledged) {
        try (ModelFile model = format.read(folder)) {
            long number = (long) model.tensors().get("w").get(0);
            for (float element : model.tensors().get("w").onHeap().floats()) {
                if (element != number) {
                    return false;
                }
            }
            return model.config().equals("{\"number\":" + number + "}") && (number == acknowledged || number == acknowledged + 1);
        } catch (Problem e) {
            return false;
        }
    }

    /** The process that is killed. Numbers stay below 2^24, so a float holds them. */
    public static final class Saver {

        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[1]);
            SafetensorsFolder format = new SafetensorsFolder();
            for (long number = Long.parseLong(args[2]);; number++) {
                Tensor w = Tensor.zeros(ELEMENTS);
                Arrays.fill(w.floats(), number);
                String config = "{\"number\":" + number + "}";
                if (args[0].equals("atomic")) {
                    format.write(folder, new ModelFile(config, null, Map.of("w", w), Map.of()));
                } else {
                    inPlace(folder, config, w);
                }
                System.out.println(number);
            }
        }

        private static void inPlace(Path folder, String config, Tensor w) throws IOException {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config);
            FileContent content = SafetensorsWriter.content(new NamedTensors(Map.of("w", w), Map.of()));
            try (var out = FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                content.writeTo(out::write);
            }
        }
    }
}
