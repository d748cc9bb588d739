package org.llmsys.assembly;

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
    AutoCloseable listen(String glob, java.util.function.BiConsumer<String, Object> listener);
}
