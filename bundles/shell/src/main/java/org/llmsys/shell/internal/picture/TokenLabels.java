package org.llmsys.shell.internal.picture;

import org.llmsys.shell.Json;
import org.llmsys.tokenizer.Tokenizer;

/** How a token looks as a label: its text as it stands in the middle of a line, blanks as ·, line ends as ↵, tabs as ⇥. */
public record TokenLabels(Tokenizer tokenizer) {

    private static final int LONGEST = 14;
    private static final char REPLACEMENT = '\uFFFD';

    /** The text that the token adds to a text; what is no whole character, or no text, as it stands in the vocabulary. */
    public String text(int id) {
        String one = tokenizer.decode(new int[] {id});
        String two = tokenizer.decode(new int[] {id, id});
        String added = two.startsWith(one) ? two.substring(one.length()) : one;              // a first token may have lost its blank
        return added.isEmpty() || added.indexOf(REPLACEMENT) >= 0 ? tokenizer.token(id) : added;
    }

    /** Short, and nothing in it that moves a cursor. */
    public String of(int id) {
        return visible(text(id));
    }

    static String visible(String text) {
        int length = text.codePointCount(0, text.length());
        String part = length <= LONGEST ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST - 1)) + "…";
        String shown = part.replace(' ', '·').replace("\r\n", "↵").replace('\n', '↵').replace('\r', '↵').replace('\t', '⇥');
        String json = Json.text(shown).replace("\\\"", "\"").replace("\\\\", "\\");          // what is left to escape cannot be seen
        return json.substring(1, json.length() - 1);
    }
}
