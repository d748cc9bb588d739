package org.llmsys.bindings;

/**
 * One entry of the native registry, as the engine tells it.
 *
 * @param slot      the phase
 * @param algorithm what it computes, by the engine's name for it
 * @param name      unique in its slot, in the engine
 * @param numerics  its numerics class among native ones, or empty
 * @param summary   one line
 * @param reference paper or source, or empty
 * @param ranking   the engine's own order of choice
 * @param usable    whether this processor can run it
 */
public record NativeImplementation(String slot, String algorithm, String name, String numerics, String summary, String reference, int ranking,
        boolean usable) {
}
