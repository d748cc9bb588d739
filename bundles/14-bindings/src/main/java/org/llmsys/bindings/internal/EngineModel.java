package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A model in the engine's own memory. */
final class EngineModel implements AutoCloseable {

    private final Handle handle;

    private EngineModel(Handle handle) {
        this.handle = handle;
    }

    /** @param type what matrices are held in: {@code f32}, {@code q8_0}, {@code q4_0}; null for what the file has */
    static EngineModel load(Path path, String type) {
        try (Arena arena = Arena.ofConfined()) {
            long number = load0(arena.allocateFrom(path.toString()).address(), type == null ? 0 : arena.allocateFrom(type).address());
            return new EngineModel(new Handle("model", number, EngineModel::close0));
        }
    }

    /** From a file of its own; null for no path. */
    static Handle tokenizer(Path path) {
        if (path == null) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            return new Handle("tokenizer", loadTokenizer0(arena.allocateFrom(path.toString()).address()), EngineModel::closeTokenizer0);
        }
    }

    /** The one that came with the model, or null. */
    Handle tokenizer() {
        long number = tokenizer0(handle.number());
        return number == 0 ? null : new Handle("tokenizer", number, EngineModel::closeTokenizer0);
    }

    long number() {
        return handle.number();
    }

    int vocabSize() {
        return Math.toIntExact(sizes0(handle.number())[0]);
    }

    int contextLength() {
        return Math.toIntExact(sizes0(handle.number())[1]);
    }

    @Override
    public void close() {
        handle.close();
    }

    private static native long load0(long path, long type);

    private static native void close0(long model);

    /** vocabSize, contextLength, parameters, bytes */
    private static native long[] sizes0(long model);

    private static native long tokenizer0(long model);

    private static native long loadTokenizer0(long path);

    private static native void closeTokenizer0(long tokenizer);
}
