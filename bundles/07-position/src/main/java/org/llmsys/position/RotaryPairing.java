package org.llmsys.position;

import java.util.Arrays;
import java.util.Locale;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * Which two elements of a head turn together in a rotary encoding. Both are the same mathematics with the features in another order;
 * weights belong to the order they were trained with.
 *
 * <pre>
 *   INTERLEAVED   (x0, x1) (x2, x3) ...            pair i is elements 2i and 2i + 1
 *   HALF_SPLIT    (x0, x[HS/2]) (x1, x[HS/2+1]) ...  pair i is elements i and i + HS/2
 * </pre>
 */
public enum RotaryPairing {

    /** Neighbours: the RoFormer paper, GPT-J, llama2.c. */
    INTERLEAVED,

    /** One of each half: GPT-NeoX, Llama as Hugging Face stores it. */
    HALF_SPLIT;

    /** The first element of pair {@code pair}. */
    public int first(int pair) {
        return this == INTERLEAVED ? 2 * pair : pair;
    }

    /** The second element of pair {@code pair} in a head of {@code headDim} elements. */
    public int second(int pair, int headDim) {
        return this == INTERLEAVED ? 2 * pair + 1 : pair + headDim / 2;
    }

    /** {@code interleaved} or {@code half-split}: how people and files write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The pairing that is written so. @throws Problem that names what was written and the nearest that there is */
    public static RotaryPairing named(String text) {
        return Arrays.stream(values()).filter(pairing -> pairing.text().equals(text)).findFirst().orElseThrow(() -> Problem.misused(
                "there is no pairing called " + text, "elements turn with their neighbour (interleaved) or with one of the other half (half-split)",
                Names.suggestion(text, Arrays.stream(values()).map(RotaryPairing::text).toList())));
    }
}
