package org.llmsys.files;

import java.nio.file.Path;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** One form in which models lie on a disk. Stateless and thread-safe. */
@Slot("format")
@ConsumerType
public interface ModelFormat {

    /** Whether this file or folder looks like this form (by its name and first bytes). */
    boolean recognizes(Path path);

    /**
     * Reads and checks a model.
     *
     * @throws org.llmsys.assembly.Problem that names everything wrong with it
     */
    ModelFile read(Path path);

    /** Writes a model, whole or not at all. */
    void write(Path path, ModelFile model);

    /**
     * The same, told to a job: its count grows by the bytes that were written, and cancelling it leaves what was there before. A form that
     * cannot say writes without a word.
     *
     * @throws java.util.concurrent.CancellationException when the job was cancelled
     */
    default void write(Path path, ModelFile model, Job job) {
        job.checkpoint();
        write(path, model);
    }
}
