package org.llmsys.assembly;

import java.util.function.BiConsumer;

import org.llmsys.assembly.internal.Traces;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where steps show their tensors to whoever asked. Names are those of TransformerLens: {@code blocks.0.attn.hook_pattern}.
 *
 * <p>Values are shown after the step was committed, so a repeated step is seen once. Nobody asks: one field read.
 */
@ProviderType
public interface TraceBus {

    /** Whether anyone wants to see this place. */
    boolean wanted(String place);

    /** Shows a value; {@code value} is the listener's to read until the call returns. */
    void show(String place, Object value);

    /** Listens to places that match the glob ({@code *} any characters) until closed. */
    Listening listen(String glob, BiConsumer<String, Object> listener);

    /** Ends by closing. */
    @FunctionalInterface
    interface Listening extends AutoCloseable {

        @Override
        void close();
    }

    /** A bus without a framework, for tests and for embedding. */
    static TraceBus standalone() {
        return new Traces();
    }
}
