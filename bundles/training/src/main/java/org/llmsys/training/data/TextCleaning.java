package org.llmsys.training.data;

import java.text.Normalizer;

/**
 * What is done to a text before it is cut into tokens.
 *
 * <pre>
 *   line ends (CR LF, CR) become LF  --&gt;  control characters but tab and LF are dropped  --&gt;  Unicode form
 * </pre>
 *
 * <p>Example: {@code "a\r\n\u0007b"} becomes {@code "a\nb"}. Cleaning twice changes nothing more.
 *
 * @param form     how characters that look alike are written
 * @param controls whether control characters (Unicode's Cc) are dropped
 * @param lineEnds whether every line ends by LF
 * @see <a href="https://www.unicode.org/reports/tr15/">Unicode normalization forms</a>
 */
public record TextCleaning(Form form, boolean controls, boolean lineEnds) {

    /** NFC, no control characters, lines ended by LF. */
    public static final TextCleaning DEFAULTS = new TextCleaning(Form.NFC, true, true);

    /** Nothing is changed. */
    public static final TextCleaning NOTHING = new TextCleaning(Form.NONE, false, false);

    /** Which of Unicode's forms. */
    public enum Form {
        /** As it is. */
        NONE,
        /** e and a combining acute accent become one character. */
        NFC,
        /** Compatibility characters too: the ligature fi becomes f and i, a wide A an ordinary one. */
        NFKC
    }

    /** The cleaned text. */
    public String clean(String text) {
        String lines = withLineEnds(text);
        String plain = controls ? withoutControls(lines) : lines;
        return switch (form) {
            case NONE -> plain;
            case NFC -> Normalizer.normalize(plain, Normalizer.Form.NFC);
            case NFKC -> Normalizer.normalize(plain, Normalizer.Form.NFKC);
        };
    }

    /** The text with the line ends asked for, and nothing else changed. */
    String withLineEnds(String text) {
        return lineEnds ? text.replace("\r\n", "\n").replace('\r', '\n') : text;
    }

    private static String withoutControls(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (!Character.isISOControl(unit) || unit == '\t' || unit == '\n' || unit == '\r') {
                plain.append(unit);
            }
        }
        return plain.toString();
    }
}
