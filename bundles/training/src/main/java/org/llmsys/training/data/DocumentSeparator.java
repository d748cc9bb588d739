package org.llmsys.training.data;

import org.llmsys.assembly.Problem;

/** What stands between two documents of a text. It is a text or a rule, never a pattern that is executed. */
public sealed interface DocumentSeparator {

    /** What {@link #of} takes for blank lines. */
    String BLANK_LINES = "blank-lines";
    /** What {@link #of} takes before the text of a whole line. */
    String LINE = "line:";

    /** Nothing: a file is a document. */
    record None() implements DocumentSeparator {
    }

    /** A text, wherever it stands: {@code <|endoftext|>}. */
    record Text(String text) implements DocumentSeparator {
    }

    /** A line that has just this text: {@code ---}. */
    record Line(String text) implements DocumentSeparator {
    }

    /** One line or more that have only white space. */
    record BlankLines() implements DocumentSeparator {
    }

    /**
     * The separator that is written so: nothing for none, {@code blank-lines}, {@code line:TEXT}, or the text itself.
     *
     * @throws Problem for a line that would be several
     */
    static DocumentSeparator of(String written) {
        if (written.equals(BLANK_LINES)) {
            return new BlankLines();
        }
        if (written.startsWith(LINE)) {
            String line = written.substring(LINE.length());
            if (line.indexOf('\n') >= 0) {
                throw Problem.misused("this cannot be a line between documents", "it has a line end in it", "give the text of one line");
            }
            return new Line(line);
        }
        return written.isEmpty() ? new None() : new Text(written);
    }

    /** As {@link #of} reads it. */
    default String written() {
        return switch (this) {
            case None() -> "";
            case Text(String text) -> text;
            case Line(String text) -> LINE + text;
            case BlankLines() -> BLANK_LINES;
        };
    }
}
