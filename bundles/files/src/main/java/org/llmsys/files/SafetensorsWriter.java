package org.llmsys.files;

/**
 * Writes a safetensors file that every reader of the format accepts: wide types first, so each tensor is aligned to its element.
 *
 * <pre>{@code
 * AtomicFiles.ON_DISK.writeFile(path, SafetensorsWriter.content(new NamedTensors(tensors, Map.of("format", "pt"))));
 * }</pre>
 *
 * @see SafetensorsReader
 */
public final class SafetensorsWriter {

    private SafetensorsWriter() {
    }

    /**
     * The bytes of the file, for {@link AtomicFiles}.
     *
     * @throws org.llmsys.assembly.Problem when a name or shape is outside what a reader accepts
     */
    public static AtomicFiles.FileContent content(NamedTensors content) {
        return new SafetensorsLayout(content)::writeTo;
    }
}
