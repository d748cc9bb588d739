package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.FileOperations;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tensor.internal.SelfScheduledPool;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Optimizer;
import org.llmsys.training.Trainer.Evaluation;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.Trainer.Result;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelWeights;

class TransformerTrainerTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("a tiny model learns a tiny text: the loss falls far below guessing, the first one is that of guessing")
    void lossFalls() {
        Bench bench = new Bench();
        Result result = bench.train(Bench.config(120), out("a"));
        double guessing = Math.log(result.model().tokenizer().vocabSize());
        assertEquals(guessing, bench.reports.getFirst().trainLoss(), 0.1);
        assertTrue(result.valLoss() < 0.65 * guessing, "validation loss " + result.valLoss() + " of " + guessing);
        assertEquals(120, bench.reports.getLast().step());
        assertTrue(bench.reports.getLast().sample().startsWith("the "), bench.reports.getLast().sample());
        assertTrue(bench.reports.getLast().sample().length() > 6, "the model wrote nothing");
    }

    @Test
    @DisplayName("20 steps, and 10 steps, a stop and 10 more with fresh objects, give the same weights and losses, bit for bit")
    void resumesBitIdentically() {
        Bench whole = new Bench();
        Result straight = whole.train(Bench.config(20), out("straight"));

        Bench before = new Bench();
        CancellationException stopped = assertThrows(CancellationException.class,
                () -> before.train(Bench.config(20), Bench.TEXT, out("halved"), false, Bench.cancelledAfter(10)));
        assertTrue(stopped.getMessage().contains("after step 10 of 20"), stopped.getMessage());
        Checkpoint saved = Checkpoint.find(out("halved")).orElseThrow();
        assertEquals(10, saved.step());

        Bench after = new Bench();
        Result resumed = after.train(Bench.config(20), Bench.TEXT, out("halved"), true, Job.silent("train"));
        assertSameWeights(straight, resumed);
        assertEquals(straight.valLoss(), resumed.valLoss());
        List<Report> second = whole.reports.stream().filter(r -> r.step() > 10).toList();
        assertEquals(second.stream().map(Report::trainLoss).toList(), after.reports.stream().map(Report::trainLoss).toList());
        assertEquals(second.stream().map(Report::sample).toList(), after.reports.stream().map(Report::sample).toList());
    }

    @Test
    @DisplayName("an interrupted thread stops training too, and still saves")
    void interrupted() {
        Job job = new Job("train", "steps", 0, progress -> {
            if (progress.done() == 7) {
                Thread.currentThread().interrupt();
            }
        });
        assertThrows(CancellationException.class, () -> new Bench().train(Bench.config(20), Bench.TEXT, out("run"), false, job));
        assertTrue(Thread.interrupted(), "the interruption was swallowed");
        assertEquals(7, Checkpoint.find(out("run")).orElseThrow().step());
    }

    @Test
    @DisplayName("the same seed gives the same losses for 1, 2 and 4 threads; another seed gives others")
    void threadsDoNotMatter() throws Exception {
        Bench serial = new Bench();
        serial.train(Bench.config(6), out("serial"));
        for (int threads : new int[] {1, 2, 4}) {
            try (SelfScheduledPool pool = SelfScheduledPool.of(threads)) {
                Bench parallel = new Bench(pool, AtomicFiles.ON_DISK);
                parallel.train(Bench.config(6), out("threads" + threads));
                assertEquals(losses(serial), losses(parallel), threads + " threads");
            }
        }
        Bench other = new Bench();
        other.train(Bench.config(6).withSeed(7), out("other"));
        assertNotEquals(losses(serial), losses(other));
    }

    @Test
    @DisplayName("a run is not resumed with another text, another setting, or where there is none; the message says what differs")
    void refusesAnotherRun() {
        Bench bench = new Bench();
        bench.train(Bench.config(3), out("run"));
        assertRefused(bench, Bench.config(3), Bench.TEXT + "x", out("run"), "the text is another one");
        assertRefused(bench, Bench.config(3).changed("beta2", 0.5), Bench.TEXT, out("run"), "beta2 was 0.99, now it is 0.5");
        assertRefused(bench, Bench.config(4), Bench.TEXT, out("run"), "steps was 3, now it is 4");
        assertRefused(bench, Bench.config(3).withVocabSize(99), Bench.TEXT, out("run"), "model.vocabSize was 14");
        assertRefused(bench, Bench.config(3), Bench.TEXT, out("nowhere"), "no checkpoint");
    }

    @Test
    @DisplayName("a checkpoint whose model belongs to another run is refused")
    void refusesMixedFolder() throws IOException {
        Bench bench = new Bench();
        bench.train(Bench.config(3), out("a"));
        bench.train(Bench.config(3).withTokenizer("whitespace"), out("b"));
        Files.copy(out("b").resolve("config.json"), out("a").resolve("config.json"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThrows(Problem.class, () -> bench.train(Bench.config(3), Bench.TEXT, out("a"), true, Job.silent("train")));
    }

    @Test
    @DisplayName("an output place that cannot be written is found before the first step")
    void findsUnwritablePlace() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Bench bench = new Bench();
        Problem problem = assertThrows(Problem.class, () -> bench.train(Bench.config(3), file));
        assertTrue(problem.getMessage().contains("cannot write a checkpoint"), problem.text());
        assertEquals(List.of(), bench.reports);
    }

    @Test
    @DisplayName("a disk that is full for a while: training goes on, says so, and saves when there is room")
    void fullDiskWhileTraining() {
        FullDisk disk = new FullDisk();
        Bench bench = new Bench(WorkerPool.SERIAL, new AtomicFiles(disk));
        StringBuilder said = new StringBuilder();
        Job job = new Job("train", "steps", 0, progress -> {
            disk.full = progress.done() >= 5 && progress.done() < 15;
            if (!said.toString().equals(progress.message())) {
                said.append(progress.message());
            }
        });
        bench.train(Bench.config(20), Bench.TEXT, out("run"), false, job);
        assertTrue(said.toString().contains("not saved at step 10"), said.toString());
        assertEquals(20, Checkpoint.find(out("run")).orElseThrow().step());

        disk.full = true;
        Path never = out("never");
        assertThrows(Problem.class, () -> bench.train(Bench.config(3), never));
        assertFalse(Files.exists(never));
    }

    @Test
    @DisplayName("an optimizer that fails in the middle of its work ends the run with its name, at the last good checkpoint")
    void faultyOptimizer() {
        Bench bench = new Bench(new BreaksAtStep12());
        TrainingConfig config = Bench.config(20).changed("optimizer", "breaks");
        Problem problem = assertThrows(Problem.class, () -> bench.train(config, out("run")));
        assertTrue(problem.getMessage().contains("breaks"), problem.text());
        assertTrue(problem.why().contains("the checkpoint of step 10"), problem.text());
        assertEquals(10, Checkpoint.find(out("run")).orElseThrow().step());
    }

    @Test
    @DisplayName("a matmul that throws or gives NaN in the middle of a step costs one repetition: losses and weights stay the same, bit for bit")
    void faultyKernel() {
        Bench undisturbed = new Bench();
        Result expected = undisturbed.train(Bench.config(10), out("undisturbed"));
        for (boolean throwing : new boolean[] {true, false}) {
            Faulty faulty = new Faulty(throwing);
            Bench bench = new Bench(faulty);
            Result actual = bench.train(Bench.config(10), out("faulty" + throwing));
            assertTrue(faulty.calls >= Faulty.FAULT, "the fault never came");
            assertEquals(losses(undisturbed), losses(bench));
            assertSameWeights(expected, actual);
            assertEquals("naive", bench.assemblies.current().serving("matmul", MatmulKernel.ALGORITHM).orElseThrow().name());
        }
    }

    @Test
    @DisplayName("unknown optimizer, schedule, batches or tokenizer: a Problem with the nearest name, before anything is written")
    void unknownNames() {
        Bench bench = new Bench();
        for (String component : List.of("optimizer", "schedule", "batches", "tokenizer")) {
            Problem problem = assertThrows(Problem.class, () -> bench.train(Bench.config(3).changed(component, "adamm"), out("x")));
            assertEquals(Problem.MISUSED, problem.exitStatus());
            assertTrue(problem.getMessage().contains("there is no " + component + " adamm"), problem.text());
        }
        assertFalse(Files.exists(out("x")));
    }

    @Test
    @DisplayName("evaluate is the mean over full windows only, equals the final validation loss, and perplexity is its exponential")
    void evaluates() {
        Bench bench = new Bench();
        Result result = bench.train(Bench.config(10), out("run"));
        String validation = Bench.TEXT.substring((int) (Bench.TEXT.length() * 0.9));
        Evaluation evaluation = bench.trainer.evaluate(bench.store.load(out("run")), validation, Job.silent("eval"));
        assertEquals(result.valLoss(), evaluation.loss());
        assertEquals(Math.exp(evaluation.loss()), evaluation.perplexity());
        assertEquals((validation.length() - 1) / 8 * 8, evaluation.tokens());
        assertEquals(8, bench.trainer.evaluate(result.model(), "the cat s", Job.silent("eval")).tokens());
        assertThrows(Problem.class, () -> bench.trainer.evaluate(result.model(), "the cat ", Job.silent("eval")));
        assertThrows(Problem.class, () -> bench.trainer.evaluate(result.model(), "", Job.silent("eval")));
    }

    @Test
    @DisplayName("with no validation part there is no validation loss, and training works")
    void withoutValidation() {
        Bench bench = new Bench();
        assertTrue(Double.isNaN(bench.train(Bench.config(3).changed("validation", 0.0), out("run")).valLoss()));
        assertTrue(Double.isNaN(Checkpoint.find(out("run")).orElseThrow().valLoss()));
    }

    private void assertRefused(Bench bench, TrainingConfig config, String text, Path out, String expected) {
        Problem problem = assertThrows(Problem.class, () -> bench.train(config, text, out, true, Job.silent("train")));
        assertTrue(problem.why().contains(expected), problem.text());
    }

    private static List<Double> losses(Bench bench) {
        return bench.reports.stream().map(Report::trainLoss).toList();
    }

    private static void assertSameWeights(Result expected, Result actual) {
        ModelWeights wanted = expected.model().model().weights();
        wanted.all().forEach((name, weight) -> assertArrayEquals(weight.value().floats(),
                actual.model().model().weights().all().get(name).value().floats(), name));
    }

    private Path out(String name) {
        return folder.resolve(name);
    }

    private static final class FullDisk implements FileOperations {

        private boolean full;

        @Override
        public void write(FileChannel file, ByteBuffer bytes) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            FileOperations.super.write(file, bytes);
        }
    }

    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "faulty", numerics = MatmulKernel.FMA_K_ASCENDING)
    public static final class Faulty implements MatmulKernel {

        private static final int FAULT = 100;

        private final boolean throwing;
        private final MatmulKernel good = new NaiveMatmul();
        private int calls;

        Faulty(boolean throwing) {
            this.throwing = throwing;
        }

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            good.multiply(a, b, c, accumulate);
            if (++calls >= FAULT) {
                if (throwing) {
                    throw new IllegalStateException("out of order");
                }
                c.set(0, 0, Float.NaN);
            }
        }
    }

    @Provider(slot = "optimizer", algorithm = "breaks", name = "breaks")
    public static final class BreaksAtStep12 implements Optimizer {

        @Override
        public List<String> memory() {
            return List.of();
        }

        @Override
        public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
            if (rule.step() == 12 && weight.shape().rank() == 1) {
                throw new IllegalStateException("out of order");
            }
        }
    }
}
