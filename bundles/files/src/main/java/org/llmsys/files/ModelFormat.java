package org.llmsys.files;

import java.nio.file.Path;

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
}
