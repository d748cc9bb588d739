package org.llmsys.files;

import java.util.List;

/**
 * One tensor as a GGUF file describes it.
 *
 * @param name       at most 63 bytes
 * @param dimensions 1 to 4 of them as the file has them: the fastest first, so a matrix of (rows, columns) is [columns, rows]
 * @param offset     first byte, counted from {@link GgufFile#dataStart}
 * @param bytes      how many bytes its data takes, without padding
 */
public record GgufTensor(String name, GgufType type, List<Long> dimensions, long offset, long bytes) {

    public GgufTensor {
        dimensions = List.copyOf(dimensions);
    }
}
