package org.llmsys.bindings.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.bindings.NativeImplementation;

/**
 * The library of this revision of the bundle. The framework gives each revision a copy of its own, so an updated bundle starts with fresh native
 * state,
 * and the old copy is unmapped with its class loader.
 */
final class LoadedLibrary {

    /** The version of llmsys.h that these classes were written for. */
    private static final int ABI = 1;

    private LoadedLibrary() {
    }

    /** @throws LinkageError when there is no library for this system, or it is of another version */
    static LoadedLibrary load() {
        System.loadLibrary("llmsys");
        if (abi0() != ABI) {
            throw new UnsatisfiedLinkError("the library has version " + abi0() + " of llmsys.h, the bundle needs " + ABI);
        }
        return new LoadedLibrary();
    }

    String version() {
        return version0();
    }

    String cpu() {
        return cpu0();
    }

    int threads() {
        return threads0();
    }

    /** Threads of the calls that follow, the caller's included. */
    void threads(int threads) {
        setThreads0(threads);
    }

    /** Everything in the registry, in its order. */
    List<NativeImplementation> implementations() {
        List<NativeImplementation> all = new ArrayList<>();
        for (int i = 0; i < count0(); i++) {
            String[] told = implementation0(i);
            all.add(new NativeImplementation(told[0], told[1], told[2], told[3], told[4], told[5], Integer.parseInt(told[6]),
                    Boolean.parseBoolean(told[7])));
        }
        return all;
    }

    /** Whether the allocator is the one in Rust, and pipelines and servers are there. */
    boolean rust() {
        return rust0();
    }

    /** Ends the threads of the pool: their code goes with the class loader. */
    void close() {
        setThreads0(1);
    }

    private static native int abi0();

    private static native String version0();

    private static native String cpu0();

    private static native int threads0();

    private static native void setThreads0(int threads);

    private static native boolean rust0();

    private static native int count0();

    /** slot, algorithm, name, numerics, summary, reference, ranking, usable */
    private static native String[] implementation0(int index);
}
