package org.llmsys.bindings.internal;

import org.junit.jupiter.api.Assumptions;

/** The library for tests. */
final class Library {

    private Library() {
    }

    /** Skips the test, with the reason, where no library was built. */
    static LoadedLibrary orSkip() {
        try {
            return LoadedLibrary.load();
        } catch (UnsatisfiedLinkError missing) {
            Assumptions.abort("there is no native library to test: " + missing.getMessage() + "; cmake --install puts one into native/target/lib");
            throw missing;
        }
    }
}
