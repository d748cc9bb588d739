package org.llmsys.assembly;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.osgi.annotation.versioning.ProviderType;

/**
 * An immutable snapshot: for each slot and algorithm the candidates in order of choice.
 *
 * <p>The order: the user's selection for the slot, then highest {@code service.ranking}, then lowest {@code service.id};
 * quarantined candidates are left out of {@link #serving} and come last in lists.
 */
@ProviderType
public interface Assembly {

    /** Counts snapshots; a later one has a higher number. */
    long revision();

    /** Every slot known, served or not, sorted. */
    Set<String> slots();

    /** All candidates of a slot, of all algorithms, in order of choice. */
    List<Candidate> candidates(String slot);

    /** Who serves this need now; algorithm {@link Need#ANY} for the slot's choice. */
    Optional<Candidate> serving(String slot, String algorithm);

    /** The user's selections: slot to name. A name may be absent at the moment; it serves again when it returns. */
    Map<String, String> selections();

    /** Declared experiments: slot to name; there another algorithm serves than the model's own. */
    Map<String, String> experiments();

    /**
     * Another snapshot with this selection; the workbench's own choice stays as it is. A session, a run or a comparison may
     * {@linkplain StepRunner#pin pin} it.
     *
     * @throws Problem for an unknown slot or name, with the nearest known one
     */
    Assembly with(String slot, String name);

    /** Another snapshot with this experiment: {@code name} serves, whatever algorithm a model asks for. */
    Assembly withExperiment(String slot, String name);
}
