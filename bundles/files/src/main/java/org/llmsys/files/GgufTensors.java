package org.llmsys.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The descriptions of a GGUF file's tensors, checked one after another: their data lies end to end, filled up to the alignment. */
final class GgufTensors {

    static final int LONGEST_NAME = 63;
    static final int HIGHEST_RANK = 4;

    private final GgufBytes in;
    private final int alignment;
    private final List<GgufTensor> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    /** Where the data of the next tensor must begin. */
    private long reached;

    GgufTensors(GgufBytes in, int alignment) {
        this.in = in;
        this.alignment = alignment;
    }

    List<GgufTensor> all() {
        return List.copyOf(tensors);
    }

    /** The next multiple of the alignment; overflow shows as an ArithmeticException. */
    static long padded(long bytes, int alignment) {
        return Math.addExact(bytes, alignment - 1) & -alignment;
    }

    void readOne() throws IOException {
        byte[] bytes = in.text();
        String name = new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length > LONGEST_NAME) {
            throw in.damaged("the tensor " + Findings.quote(name) + " has a name of " + bytes.length + " bytes; " + LONGEST_NAME + " are possible");
        }
        if (!names.add(name)) {
            throw in.damaged("the tensor " + Findings.quote(name) + " stands there twice");
        }
        int rank = in.u32();
        if (rank < 1 || rank > HIGHEST_RANK) {
            throw in.damaged(Findings.quote(name) + " has " + Integer.toUnsignedString(rank) + " dimensions; 1 to " + HIGHEST_RANK + " are possible");
        }
        List<Long> dimensions = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            dimensions.add(in.take(8).getLong());
        }
        int number = in.u32();
        GgufType type = GgufType.numbered(number).orElseThrow(
                () -> in.damaged(Findings.quote(name) + " has elements of the unknown type " + Integer.toUnsignedString(number)));
        long offset = in.take(8).getLong();
        long size = bytes(name, type, dimensions);
        if (offset != reached) {
            throw in.damaged("the data of " + Findings.quote(name) + " begins at " + Long.toUnsignedString(offset) + " instead of " + reached);
        }
        tensors.add(new GgufTensor(name, type, dimensions, offset, size));
        try {
            reached = Math.addExact(reached, padded(size, alignment));
        } catch (ArithmeticException e) {
            throw in.damaged("the tensors have more bytes than 63 bits count");
        }
    }

    private long bytes(String name, GgufType type, List<Long> dimensions) {
        try {
            long elements = 1;
            for (long dimension : dimensions) {
                if (dimension < 0) {
                    throw in.damaged(Findings.quote(name) + " has the dimension " + Long.toUnsignedString(dimension));
                }
                elements = Math.multiplyExact(elements, dimension);
            }
            if (dimensions.getFirst() % type.blockSize() != 0) {
                throw in.damaged(Findings.quote(name) + " has rows of " + dimensions.getFirst() + " elements, and " + type + " stores blocks of "
                        + type.blockSize());
            }
            return Math.multiplyExact(elements / type.blockSize(), (long) type.blockBytes());
        } catch (ArithmeticException e) {
            throw in.damaged("the dimensions of " + Findings.quote(name) + " give more bytes than 63 bits count");
        }
    }

    /** Whether the data is there; a file that ends where it would begin has none, and one that ends inside it is refused. */
    boolean requireData(long dataStart) {
        long there = Math.max(0, in.length() - dataStart);
        if (there > 0 && there < reached || in.length() < dataStart && !tensors.isEmpty()) {
            throw in.damaged("its data should have " + reached + " bytes and has " + there);
        }
        return there >= reached;
    }
}
