package org.llmsys.layers;

import org.llmsys.assembly.Problem;

/**
 * What stands around a picture when a {@link Window} slides over it: zeros for a convolution and an average, nothing for a maximum.
 *
 * <pre>
 *   Fixed          so many rows and columns on each side
 *   SAME_UPPER     so many that the output has ceil(input / stride) elements; of an odd number one more at the end
 *   SAME_LOWER     the same, of an odd number one more at the beginning
 * </pre>
 *
 * <p>These are the rules of ONNX, {@code pads} and {@code auto_pad}.
 */
public sealed interface Padding {

    /** No padding: the window stays inside. */
    Padding VALID = new Fixed(0, 0, 0, 0);

    /** Output as large as the input at stride 1; the odd one at the end. */
    Padding SAME_UPPER = new Same(true);

    /** Output as large as the input at stride 1; the odd one at the beginning. */
    Padding SAME_LOWER = new Same(false);

    /** Rows above and below, columns on the left and on the right. */
    record Fixed(int top, int left, int bottom, int right) implements Padding {

        /** @throws Problem when one is negative */
        public Fixed {
            if (top < 0 || left < 0 || bottom < 0 || right < 0) {
                throw Problem.misused("padding " + top + ", " + left + ", " + bottom + ", " + right + " is negative",
                        "padding adds rows and columns; it takes none away", "slice the input instead");
            }
        }
    }

    /** As many as the input's extent asks for. */
    record Same(boolean oddAtEnd) implements Padding {
    }

    /**
     * The rule by its ONNX name.
     *
     * @param name {@code VALID}, {@code SAME_UPPER} or {@code SAME_LOWER}
     * @throws Problem for any other name
     */
    static Padding named(String name) {
        return switch (name) {
            case "VALID" -> VALID;
            case "SAME_UPPER" -> SAME_UPPER;
            case "SAME_LOWER" -> SAME_LOWER;
            default -> throw Problem.misused("no padding is called " + name, "there are three rules", "take VALID, SAME_UPPER or SAME_LOWER");
        };
    }
}
