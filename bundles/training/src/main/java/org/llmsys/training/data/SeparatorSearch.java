package org.llmsys.training.data;

/** Looks for separators in a text that arrives in pieces. For one thread. */
abstract sealed class SeparatorSearch {

    private static final int LONGEST_LINE = 1 << 16;

    /** No separator begins before this place of the buffer. */
    int from;
    /** Where the one that was found begins. */
    int start;
    /** Where it ends. */
    int end;

    static SeparatorSearch of(DocumentSeparator separator) {
        return switch (separator) {
            case DocumentSeparator.None() -> new Nowhere();
            case DocumentSeparator.Text(String text) -> new Anywhere(text);
            case DocumentSeparator.Line(String text) -> new Lines(text);
            case DocumentSeparator.BlankLines() -> new Lines(null);
        };
    }

    /** Whether there is one. @param ended whether the buffer holds the text's end */
    abstract boolean find(StringBuilder buffer, boolean ended);

    /** The buffer has lost this many characters at its beginning. */
    void removed(int characters) {
        from = Math.max(0, from - characters);
    }

    private static final class Nowhere extends SeparatorSearch {

        @Override
        boolean find(StringBuilder buffer, boolean ended) {
            from = buffer.length();
            return false;
        }
    }

    private static final class Anywhere extends SeparatorSearch {

        private final String text;

        Anywhere(String text) {
            this.text = text;
        }

        @Override
        boolean find(StringBuilder buffer, boolean ended) {
            start = buffer.indexOf(text, from);
            end = start + text.length();
            from = start >= 0 ? start : Math.max(from, ended ? buffer.length() : buffer.length() - text.length() + 1);
            return start >= 0;
        }
    }

    /** Whole lines: {@code from} is where a line begins, or a place inside one that is too long to be a separator. */
    private static final class Lines extends SeparatorSearch {

        private final String text;
        private int scanned;
        private boolean insideLine;

        /** @param text of the line, null for blank ones */
        Lines(String text) {
            this.text = text;
        }

        @Override
        boolean find(StringBuilder buffer, boolean ended) {
            while (true) {
                int lineEnd = buffer.indexOf("\n", Math.max(from, scanned));
                if (lineEnd < 0 && !(ended && from < buffer.length())) {
                    scanned = buffer.length();
                    if (buffer.length() - from > LONGEST_LINE) {
                        insideLine = true;
                        from = buffer.length();
                    }
                    return false;
                }
                start = from;
                end = lineEnd < 0 ? buffer.length() : lineEnd + 1;
                boolean separator = !insideLine && isSeparator(buffer, start, lineEnd < 0 ? end : lineEnd);
                insideLine = lineEnd < 0 && insideLine;
                from = end;
                if (separator) {
                    return true;
                }
            }
        }

        private boolean isSeparator(StringBuilder buffer, int lineStart, int lineEnd) {
            if (text != null) {
                return lineEnd - lineStart == text.length() && CharSequence.compare(buffer.subSequence(lineStart, lineEnd), text) == 0;
            }
            for (int i = lineStart; i < lineEnd; i++) {
                if (!Character.isWhitespace(buffer.charAt(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        void removed(int characters) {
            super.removed(characters);
            scanned = Math.max(0, scanned - characters);
        }
    }
}
