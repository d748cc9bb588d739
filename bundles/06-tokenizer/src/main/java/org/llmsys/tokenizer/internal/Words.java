package org.llmsys.tokenizer.internal;

/** Cuts text at white space (Unicode's White_Space, as Hugging Face's WhitespaceSplit does). */
public final class Words {

    /** Told of each word. */
    @FunctionalInterface
    public interface Visitor {
        void word(int start, int end);
    }

    private Words() {
    }

    /** Visits the words of {@code text} from {@code from} to {@code to}, in order. */
    public static void forEach(String text, int from, int to, Visitor visitor) {
        int start = -1;
        for (int at = from; at < to;) {
            int character = text.codePointAt(at);
            if (isWhiteSpace(character)) {
                if (start >= 0) {
                    visitor.word(start, at);
                }
                start = -1;
            } else if (start < 0) {
                start = at;
            }
            at += Character.charCount(character);
        }
        if (start >= 0) {
            visitor.word(start, to);
        }
    }

    /** The 25 characters with the Unicode property White_Space. */
    public static boolean isWhiteSpace(int character) {
        return character >= 0x09 && character <= 0x0D || character == 0x85 || Character.isSpaceChar(character);
    }
}
