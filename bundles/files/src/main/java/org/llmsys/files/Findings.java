package org.llmsys.files;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * Everything that is wrong with one file, collected to be said at once.
 *
 * <pre>{@code
 * Findings findings = new Findings();
 * findings.add("%s is missing", Findings.quote(name));
 * findings.refuse(file);                                  // a Problem with the first 20, if there are any
 * }</pre>
 */
public final class Findings {

    private static final int SHOWN = 20;
    private static final int LONGEST_NAME = 80;

    private final List<String> shown = new ArrayList<>();
    private int count;

    /** Takes down one thing that is wrong. */
    public void add(String format, Object... values) {
        if (count++ < SHOWN) {
            shown.add(format.formatted(values));
        }
    }

    /** Whether nothing was found. */
    public boolean none() {
        return count == 0;
    }

    /** @throws Problem that lists the findings, if there are any */
    public void refuse(Object file) {
        if (count > 0) {
            throw Problem.failed("cannot read " + file, text(),
                    "get an undamaged copy of the file; ours are written whole, so this one was cut or changed later");
        }
    }

    /** The only finding, or a list of the first 20. */
    public String text() {
        String more = count > SHOWN ? "\n  and " + (count - SHOWN) + " more" : "";
        return count == 1 ? shown.getFirst() : count + " things are wrong with it:\n  " + String.join("\n  ", shown) + more;
    }

    /** A name from the file in quotation marks, fit to be printed. */
    public static String quote(String name) {
        return '"' + printable(name, LONGEST_NAME) + '"';
    }

    /** Text from a file may hold anything and be long: control characters become question marks, and it is cut. */
    public static String printable(String text, int most) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(most).forEach(c -> printable.appendCodePoint(c < ' ' || c >= 0x7f ? '?' : c));
        return printable + (text.length() > most ? "…" : "");
    }
}
