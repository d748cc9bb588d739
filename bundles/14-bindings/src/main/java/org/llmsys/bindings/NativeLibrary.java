package org.llmsys.bindings;

import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/** What is known of the native engine, with or without it. */
@ProviderType
public interface NativeLibrary {

    /** Whether its implementations are offered. */
    boolean loaded();

    /** Why it is not loaded and what to do, in one sentence; null when it is. */
    String reason();

    /** {@code 0.1.0}; null when it is not loaded. */
    String version();

    /** What the processor offers and the engine uses: {@code avx2 avx512 vnni}; null when it is not loaded. */
    String cpu();

    /** Threads that its calls share, the caller's included; 0 when it is not loaded. */
    int threads();

    /** Everything in its registry, in order of slot and algorithm, usable here or not; empty when it is not loaded. */
    List<NativeImplementation> implementations();

    /** Operands that had to be copied because the engine cannot read them where they lie, since the bundle started. */
    long copies();
}
