package org.llmsys.tensor.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import org.llmsys.tensor.WorkerPool.Chunk;

/**
 * Calls a chunk so that HotSpot compiles it by itself, never as a part of whoever runs the task.
 *
 * <p>What a method inlines shares one budget. When a kernel in vector registers became part of its caller's caller, the budget was sometimes spent
 * before its last operations were inlined; then every register was an object, and the kernel ran at a tenth of its speed until the program ended.
 * Which run it hit was a matter of the order of compilations. A call through a method handle that is no constant is never inlined; it costs some
 * nanoseconds.
 */
public final class ChunkCall {

    /** Not final on purpose: a constant handle would be inlined. */
    @SuppressWarnings({"FieldMayBeFinal", "CanBeFinal"})
    private static MethodHandle run = handle();

    private ChunkCall() {
    }

    private static MethodHandle handle() {
        try {
            return MethodHandles.lookup().findVirtual(Chunk.class, "run", MethodType.methodType(void.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The same as {@code body.run(chunk)}. */
    public static void run(Chunk body, int chunk) {
        try {
            run.invokeExact(body, chunk);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("chunk " + chunk + " failed", thrown);
        }
    }
}
