package org.llmsys.files.internal.gguf;

import java.util.Optional;

import com.google.gson.JsonObject;

/**
 * Llama 3.1's stretching of rotary positions: GGUF files hold its result, a divisor for each pair of features ({@code rope_freqs.weight}),
 * Hugging Face's hold what it is computed from.
 *
 * <pre>
 *   wavelength w_i = 2 pi theta^(2i/d)      smooth s_i = (original / w_i - low) / (high - low), cut to 0 ... 1
 *   divisor_i = 1 / ((1 - s_i) / factor + s_i)
 * </pre>
 *
 * <p>The other way, the largest divisor is the factor and the divisors between 1 and it give s_i, a line over 1 / w_i. Only the ratios of
 * original, low and high count, so the original length may be chosen. Llama 3.1's own numbers are tried first.
 *
 * @param factor   how much the longest waves are stretched
 * @param low      waves longer than original / low are stretched wholly
 * @param high     waves shorter than original / high are not
 * @param original context length of the first training
 */
record Llama3Frequencies(double factor, double low, double high, double original) {

    private static final double TOLERANCE = 1e-4;
    private static final double LLAMA31_LENGTH = 8192;

    /** The divisor of each pair of features. */
    float[] divisors(double theta, int pairs) {
        float[] divisors = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            double smooth = Math.clamp((original / wavelength(theta, i, pairs) - low) / (high - low), 0, 1);
            divisors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
        }
        return divisors;
    }

    /**
     * What the divisors were computed from.
     *
     * @param original the length that the file names, or 0
     * @return nothing when no choice of numbers gives these divisors
     */
    static Optional<Llama3Frequencies> of(float[] divisors, double theta, double original) {
        double factor = 1;
        for (float divisor : divisors) {
            factor = Math.max(factor, divisor);
        }
        double length = original > 0 ? original : LLAMA31_LENGTH;
        Llama3Frequencies usual = new Llama3Frequencies(factor, 1, 4, length);
        return usual.gives(divisors, theta) ? Optional.of(usual) : solved(divisors, theta, factor, length).filter(found -> found.gives(divisors,
                theta));
    }

    /** The line s = a / w - b through the first and the last divisor between 1 and the factor. */
    private static Optional<Llama3Frequencies> solved(float[] divisors, double theta, double factor, double length) {
        int first = -1;
        int last = -1;
        int lastOne = -1;
        for (int i = 0; i < divisors.length; i++) {
            if (divisors[i] > 1 && divisors[i] < factor) {
                first = first < 0 ? i : first;
                last = i;
            } else if (divisors[i] == 1) {
                lastOne = i;
            }
        }
        if (first == last) {
            int only = first < 0 ? lastOne : first;
            return only < 0 ? Optional.empty() : steep(smooth(divisors[only], factor), wavelength(theta, only, divisors.length),
                    Math.pow(theta, 1.0 / divisors.length), factor, length);
        }
        double x0 = 1 / wavelength(theta, first, divisors.length);
        double x1 = 1 / wavelength(theta, last, divisors.length);
        double a = (smooth(divisors[first], factor) - smooth(divisors[last], factor)) / (x0 - x1);
        return line(a, a * x0 - smooth(divisors[first], factor), factor, length);
    }

    /**
     * One point is between, or none and the last that is not stretched stands for it: a line through it, steep enough to pass 1 before the
     * pair before it and 0 before the pair after it.
     *
     * @param ratio of the next pair's wavelength to this one's
     */
    private static Optional<Llama3Frequencies> steep(double smooth, double wavelength, double ratio, double factor, double length) {
        double b = Math.max(smooth, 1 - smooth * ratio) / (ratio - 1);
        return line((smooth + b) * wavelength, b, factor, length);
    }

    /** As a = original / (high - low) and b = low / (high - low). */
    private static Optional<Llama3Frequencies> line(double a, double b, double factor, double length) {
        double low = b * length / a;
        return a > 0 && low > 0 ? Optional.of(new Llama3Frequencies(factor, low, low + length / a, length)) : Optional.empty();
    }

    private static double smooth(double divisor, double factor) {
        return (1 / divisor - 1 / factor) / (1 - 1 / factor);
    }

    private static double wavelength(double theta, int pair, int pairs) {
        return 2 * Math.PI * Math.pow(theta, (double) pair / pairs);
    }

    private boolean gives(float[] divisors, double theta) {
        float[] ours = divisors(theta, divisors.length);
        for (int i = 0; i < ours.length; i++) {
            if (!(Math.abs(ours[i] - divisors[i]) <= TOLERANCE * divisors[i])) {
                return false;
            }
        }
        return true;
    }

    /** As {@code rope_scaling} of config.json. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("rope_type", "llama3");
        json.addProperty("factor", factor);
        json.addProperty("low_freq_factor", low);
        json.addProperty("high_freq_factor", high);
        json.addProperty("original_max_position_embeddings", Math.round(original));
        return json;
    }
}
