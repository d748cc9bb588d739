package org.llmsys.transformer;

import java.util.Locale;

import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;

/**
 * Rotary positions in a {@code config.json}.
 *
 * <pre>
 *   rope_scaling { rope_type (or type): default, linear, ntk, llama3;   factor;
 *                  low_freq_factor, high_freq_factor, original_max_position_embeddings }
 *   rope_pairing: interleaved, half-split
 * </pre>
 */
final class RotaryJson {

    static final String SCALING = "rope_scaling";

    private RotaryJson() {
    }

    /** @throws Problem for a kind of scaling that is not computed here, by its name */
    static RotaryScaling scaling(ConfigFields fields) {
        String type = fields.text("rope_type", fields.text("type", "default"));
        try {
            return switch (type) {
                case "default" -> RotaryScaling.NONE;
                case "linear" -> new RotaryScaling.Linear(fields.number("factor", 1));
                case "ntk" -> new RotaryScaling.NtkAware(fields.number("factor", 1));
                case "llama3" -> new RotaryScaling.Llama3(fields.number("factor", 8), fields.number("low_freq_factor", 1), fields.number("high_freq_factor", 4),
                        fields.integer("original_max_position_embeddings"));
                default -> throw Problem.failed("cannot compute rotary positions of the type " + type, "the types known here are default, linear, ntk and llama3",
                        "use another model");
            };
        } catch (IllegalArgumentException e) {
            throw new Problem("config.json: " + fields.path() + " makes no scaling", e.getMessage(), "restore the file", Problem.FAILED, e);
        }
    }

    static RotaryPairing pairing(ConfigFields fields, String absent) {
        String name = fields.text("rope_pairing", absent);
        return switch (name) {
            case "interleaved" -> RotaryPairing.INTERLEAVED;
            case "half-split" -> RotaryPairing.HALF_SPLIT;
            default -> throw fields.wrong("rope_pairing", "interleaved or half-split");
        };
    }

    static String name(RotaryPairing pairing) {
        return pairing.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Adds {@code rope_scaling} when anything is stretched. */
    static void write(RotaryScaling scaling, JsonObject json) {
        JsonObject fields = new JsonObject();
        switch (scaling) {
            case RotaryScaling.Plain plain -> {
                return;
            }
            case RotaryScaling.Linear linear -> {
                fields.addProperty("rope_type", "linear");
                fields.addProperty("factor", linear.factor());
            }
            case RotaryScaling.NtkAware ntk -> {
                fields.addProperty("rope_type", "ntk");
                fields.addProperty("factor", ntk.factor());
            }
            case RotaryScaling.Llama3 llama3 -> {
                fields.addProperty("rope_type", "llama3");
                fields.addProperty("factor", llama3.factor());
                fields.addProperty("low_freq_factor", llama3.lowFrequencyFactor());
                fields.addProperty("high_freq_factor", llama3.highFrequencyFactor());
                fields.addProperty("original_max_position_embeddings", llama3.originalContextLength());
            }
            default -> throw Problem.failed("cannot write the scaling " + scaling, "the types known here are linear, ntk and llama3", "use another scaling");
        }
        json.add(SCALING, fields);
    }
}
