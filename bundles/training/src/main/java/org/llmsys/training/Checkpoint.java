package org.llmsys.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;

/**
 * Where a run stands: what {@code training.json} in its folder says. Beside it lie the model (model.safetensors, config.json,
 * tokenizer.json) and the optimizer's memory (training.safetensors), all of one step, so any tool that reads models reads a checkpoint.
 *
 * @param config      of the run
 * @param step        steps done, which is also where the next windows are drawn from
 * @param fingerprint of the text, see {@link Dataset#fingerprint}
 * @param valLoss     last measured, NaN if never
 * @param bestValLoss smallest measured, NaN if never
 */
public record Checkpoint(TrainingConfig config, long step, String fingerprint, double valLoss, double bestValLoss) {

    /** The file's name. */
    public static final String FILE = "training.json";

    private static final int LARGEST = 1 << 20;

    /**
     * Reads where the run in this folder stands.
     *
     * @return empty when there is no checkpoint of a run
     * @throws Problem when the file is damaged
     */
    public static Optional<Checkpoint> find(Path folder) {
        Path file = AtomicFiles.current(folder).resolve(FILE);
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > LARGEST) {
                throw Problem.failed("cannot read " + file, "it is larger than " + LARGEST + " bytes", "give the folder of a training run");
            }
            Checkpoint base = new Checkpoint(Presets.named(Presets.TINY), -1, "", Double.NaN, Double.NaN);
            Checkpoint read = read(file, base);
            read.config().requireValid();
            if (read.step() < 0 || read.step() > read.config().steps() || read.fingerprint().isEmpty()) {
                throw Problem.failed("cannot read " + file, "its step or its text's fingerprint is missing or makes no sense",
                        "begin a new run in another folder");
            }
            return Optional.of(read);
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    private static Checkpoint read(Path file, Checkpoint base) throws IOException {
        try {
            return RecordJson.read(Files.readString(file), base, file.toString());
        } catch (Problem damaged) {
            throw new Problem("cannot read " + file, damaged.why(), "begin a new run in another folder; the model in this one can still be used",
                    Problem.FAILED, damaged);
        }
    }

    /** The content of the file. */
    public String toJson() {
        return RecordJson.write(this);
    }
}
