package org.llmsys.assembly;

/**
 * One provider as an assembly sees it.
 *
 * @param slot       the slot's name
 * @param algorithm  what it computes
 * @param name       what people type
 * @param numerics   its numerics class, or empty
 * @param summary    one line
 * @param reference  paper or source, or empty
 * @param ranking    {@code service.ranking}
 * @param serviceId  {@code service.id}
 * @param bundle     symbolic name of the bundle that offers it
 * @param quarantine why it is not used, or null when it may be
 */
public record Candidate(String slot, String algorithm, String name, String numerics, String summary, String reference,
        int ranking, long serviceId, String bundle, String quarantine) {
}
