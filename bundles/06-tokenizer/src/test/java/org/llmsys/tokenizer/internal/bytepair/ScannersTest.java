package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

/** The hand-written scanners against the expressions they stand for, run by java.util.regex. */
class ScannersTest {

    /** What breaks scanners: blanks of every kind, line ends, apostrophes, marks, letters with and without case, numbers of each kind. */
    private static final String[] PARTS = {" ", "  ", "\t", "\n", "\r\n", "\r", "\u00A0", "\u3000", "\u2028", "\u0085", "\u001C", "\u200B", "'", "'s", "'S", "'ll", "'LL", "'Re",
        "'\u017F", "'x", "/", "//", "!", "-", "\u2014", "a", "B", "ab", "AB", "aB", "\u00E9", "\u00C9", "\u01C5", "\u02B0", "\u4E2D", "\u3042", "\u0301", "\u0903", "\u20DD", "1", "12", "1234567",
        "\u00B2", "\u2167", "\u0663", "\uD83D\uDE00", "\uD835\uDC00", "\uD835\uDFD8", "_", "<|", "\u0130", "\u00DF", "\u0000"};

    @Test
    @DisplayName("every step that has an expression cuts 20,000 awkward texts as the expression does, what lies between matches being pieces too")
    void asTheExpressionsCut() {
        Random random = new Random(6);
        for (CutStep cut : CutStep.values()) {
            if (cut.pattern().isEmpty()) {
                continue;
            }
            // \s and (?i) of Unicode, as in the libraries these expressions were written for
            Pattern pattern = Pattern.compile(cut.pattern().get(), Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
            for (int i = 0; i < 20_000; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(9); n >= 0; n--) {
                    text.append(PARTS[random.nextInt(PARTS.length)]);
                }
                assertEquals(byPattern(pattern, text.toString()), byScanner(Cut.of(cut), text.toString()), cut + " on " + text.codePoints().mapToObj(Integer::toHexString).toList());
            }
        }
    }

    @Test
    @DisplayName("StarCoder: every digit apart, a blank never joined to one, white space before one whole")
    void digitsApart() {
        assertEquals(List.of("x", "=", " ", "1", "2", "\u00B2", "  ", "3", " y", " ", " z"), byScanner(Cut.STARCODER, "x= 12\u00B2  3 y  z"));
    }

    @Test
    @DisplayName("by hand: contractions, camel case, groups of digits and the look-ahead before a word")
    void byHand() {
        assertEquals(List.of("I", "'", "LL", " go", "  ", " 1234", "'s"), byScanner(Cut.GPT2, "I'LL go   1234's"));
        assertEquals(List.of("I", "'LL", " go", "  ", " ", "123", "4", "'s"), byScanner(Cut.CL100K, "I'LL go   1234's"));
        assertEquals(List.of("I'LL", " camel", "Case", "HTTPServer", "/\n\n", " x"), byScanner(Cut.O200K, "I'LL camelCaseHTTPServer/\n\n x"));
        assertEquals(List.of("a", "\n\n", "  "), byScanner(Cut.LLAMA3, "a\n\n  "));
        assertEquals(List.of("a", "\n\n  "), byScanner(Cut.CL100K, "a\n\n  "));
    }

    @Test
    @DisplayName("bytes that are no UTF-8 are pieces like punctuation, and nothing is lost")
    void invalidBytes() {
        Random random = new Random(7);
        for (Cut cut : Cuts.ALL) {
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = new byte[1 + random.nextInt(40)];
                random.nextBytes(bytes);
                PreTokenizer scanner = cut.scanner();
                for (int at = 0; at < bytes.length;) {
                    int end = scanner.end(bytes, at, bytes.length);
                    assertEquals(true, end > at && end <= bytes.length, cut + " at " + at);
                    at = end;
                }
            }
        }
    }

    @Test
    @DisplayName("expressions are known letter for letter, names of cuts by name; others are refused")
    void unknownExpressions() {
        assertEquals(CutStep.LLAMA3, CutStep.ofPattern(CutStep.LLAMA3.pattern().get()).orElseThrow());
        assertEquals(CutStep.LINE_ENDS, CutStep.ofPattern("[\r\n]").orElseThrow());
        assertEquals(false, CutStep.ofPattern("(a+)+$").isPresent());
        Problem problem = assertThrows(Problem.class, () -> GgufCut.named("deepseek-llm"));
        assertEquals(true, problem.why().contains("deepseek-llm"));
        assertEquals(Cut.STARCODER, GgufCut.named("refact").cut());
    }

    private static List<String> byPattern(Pattern pattern, String text) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int at = 0;
        while (matcher.find()) {
            if (matcher.start() > at) {
                pieces.add(text.substring(at, matcher.start()));
            }
            pieces.add(matcher.group());
            at = matcher.end();
        }
        if (at < text.length()) {
            pieces.add(text.substring(at));
        }
        return pieces;
    }

    private static List<String> byScanner(Cut cut, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<String> pieces = new ArrayList<>();
        PreTokenizer scanner = cut.scanner();
        for (int at = 0; at < bytes.length;) {
            int end = scanner.end(bytes, at, bytes.length);
            pieces.add(new String(bytes, at, end - at, StandardCharsets.UTF_8));
            at = end;
        }
        return pieces;
    }
}
