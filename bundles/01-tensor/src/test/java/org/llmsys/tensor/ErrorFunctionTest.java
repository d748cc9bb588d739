package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values from the tables of Abramowitz and Stegun, chapter 7, and from higher-precision arithmetic. */
class ErrorFunctionTest {

    @ParameterizedTest(name = "erfc({0}) = {1}")
    @DisplayName("erfc has 13 digits on each of its intervals and in the tails")
    @CsvSource({"0, 1", "0.1, 0.8875370839817152", "0.46875, 0.5073865267820618", "0.5, 0.4795001221869535", "1, 0.15729920705028513",
        "2, 0.004677734981047266", "4, 1.541725790028002e-8", "5, 1.5374597944280349e-12", "10, 2.088487583762545e-45", "-1, 1.842700792949715",
        "-5, 1.9999999999984626"})
    void tables(double x, double erfc) {
        assertEquals(erfc, ErrorFunction.erfc(x), 1e-13 * erfc);
    }

    @Test
    @DisplayName("erf is odd, erf + erfc = 1, and both are continuous where the approximations meet")
    void identities() {
        for (double x = -6; x <= 6; x += 0.01) {
            assertEquals(-ErrorFunction.erf(x), ErrorFunction.erf(-x), 0);
            assertEquals(1, ErrorFunction.erf(x) + ErrorFunction.erfc(x), 1e-15);
        }
        for (double seam : new double[] {0.46875, 4}) {
            double below = ErrorFunction.erfc(seam);
            double above = ErrorFunction.erfc(Math.nextUp(seam));
            assertEquals(below, above, 1e-13 * below);
        }
    }

    @Test
    @DisplayName("far out: erf reaches 1, erfc 0, NaN stays NaN")
    void limits() {
        assertEquals(1, ErrorFunction.erf(30));
        assertEquals(0, ErrorFunction.erfc(30));
        assertEquals(2, ErrorFunction.erfc(Double.NEGATIVE_INFINITY));
        assertEquals(0, ErrorFunction.erfc(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, ErrorFunction.erf(Double.NaN));
    }
}
