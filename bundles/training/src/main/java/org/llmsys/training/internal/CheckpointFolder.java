package org.llmsys.training.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.ModelFile;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.OptimizerMemory;

/** Writes model, optimizer memory and the run's state as one folder, in one exchange: they are of one step or not there. */
final class CheckpointFolder {

    private static final String MEMORY = "training.safetensors";

    private final Path folder;
    private final ModelStore store;
    private final AtomicFiles files;

    CheckpointFolder(Path folder, ModelStore store, AtomicFiles files) {
        this.folder = folder;
        this.store = store;
        this.files = files;
    }

    Path path() {
        return folder;
    }

    void save(LoadedModel model, OptimizerMemory memory, Checkpoint state) {
        try {
            files.writeFolder(folder, ModelFile::owns, draft -> write(draft, model, memory, state));
        } catch (Problem e) {
            throw new Problem("cannot save the checkpoint " + folder, e.why(), e.fix(), e.exitStatus(), e);
        }
    }

    /** Writes a checkpoint of full size and deletes it again, before hours are spent on one that cannot be saved. */
    void rehearse(LoadedModel model, OptimizerMemory memory, Checkpoint state) {
        try {
            files.rehearse(folder, draft -> write(draft, model, memory, state));
        } catch (Problem e) {
            throw new Problem("cannot write a checkpoint to " + folder, e.why(), e.fix(), e.exitStatus(), e);
        }
    }

    private void write(AtomicFiles.Draft draft, LoadedModel model, OptimizerMemory memory, Checkpoint state) throws IOException {
        store.save(model, draft.folder());
        draft.file(MEMORY, SafetensorsWriter.content(new NamedTensors(memory.tensors(), Map.of())));
        draft.text(Checkpoint.FILE, state.toJson());
    }

    LoadedModel model() {
        return store.loadToTrain(folder);
    }

    Map<String, Tensor> memory() {
        return SafetensorsReader.read(AtomicFiles.current(folder).resolve(MEMORY), NumberCheck.ANY).tensors();    // as it was saved
    }
}
