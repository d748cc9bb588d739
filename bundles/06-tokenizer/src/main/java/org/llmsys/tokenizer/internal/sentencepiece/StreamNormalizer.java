package org.llmsys.tokenizer.internal.sentencepiece;

/**
 * SentencePiece's normalization: from left to right the longest text that the character map knows is replaced, the text of a user-defined
 * piece stays as it is, extra spaces go, and spaces are written as U+2581.
 *
 * <pre>
 *   "Ａ  b "  --&gt;  ▁A▁b        with nmt_nfkc, a dummy prefix and without extra spaces
 * </pre>
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/doc/normalization.md">SentencePiece's normalization</a>
 */
final class StreamNormalizer implements TextNormalizer {

    private final Spacing spacing;
    private final CharacterMap map;
    private final PieceTrie userDefined;
    private final char space;

    /**
     * @param map         null when characters stay as they are
     * @param userDefined the texts of user-defined pieces, or null when there are none
     */
    StreamNormalizer(Spacing spacing, CharacterMap map, PieceTrie userDefined) {
        this.spacing = spacing;
        this.map = map;
        this.userDefined = userDefined;
        this.space = spacing.escape() ? Pieces.SPACE : ' ';
    }

    /** The longest known text at a place, and what it becomes. */
    private final class Step {

        int end;
        /** Null when the text stays. */
        String replacement;

        void take(String text, int at, int to) {
            char c = text.charAt(at);
            end = at + (Character.isHighSurrogate(c) ? 2 : 1);
            replacement = null;
            if (userDefined != null) {
                int longest = userDefined.longest(text, at, to);
                if (longest > at) {
                    end = longest;
                    return;
                }
            }
            if (map != null && map.mayBegin(c)) {
                CharacterMap.Match match = map.longest(text, at, to);
                if (match != null) {
                    end = at + match.length();
                    replacement = map.replacement(match.value());
                }
            }
        }

        boolean isOneSpace(String text, int at) {
            return replacement == null ? end == at + 1 && text.charAt(at) == ' ' : replacement.equals(" ");
        }
    }

    @Override
    public SpacedText normalize(String text, int from, int to) {
        SpacedText out = new SpacedText(to - from, false);
        Step step = new Step();
        int at = from;
        while (spacing.removeExtra() && at < to) {
            step.take(text, at, to);
            if (!step.isOneSpace(text, at)) {
                break;
            }
            at = step.end;
        }
        if (at == to) {
            out.end(to);
            return out;
        }
        boolean prefix = spacing.prefix();
        if (prefix && !spacing.suffix()) {
            out.add(space, at, at);
        }
        boolean afterSpace = spacing.removeExtra();
        while (at < to) {
            step.take(text, at, to);
            String source = step.replacement == null ? text : step.replacement;
            int begin = step.replacement == null ? at : 0;
            int end = step.replacement == null ? step.end : source.length();
            while (afterSpace && begin < end && source.charAt(begin) == ' ') {
                begin++;
            }
            if (begin < end) {
                afterSpace = spacing.removeExtra() && source.charAt(end - 1) == ' ';
            }
            for (; begin < end; begin++) {
                char c = source.charAt(begin);
                out.add(c == ' ' ? space : c, at, step.end);
            }
            at = step.end;
        }
        int consumed = to;
        while (spacing.removeExtra() && out.length > 0 && out.characters[out.length - 1] == space) {
            consumed = out.removeLast();
        }
        if (prefix && spacing.suffix()) {
            out.add(space, consumed, consumed);
        }
        out.end(consumed);
        return out;
    }
}
