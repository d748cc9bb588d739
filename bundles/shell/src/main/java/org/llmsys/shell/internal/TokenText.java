package org.llmsys.shell.internal;

import java.util.List;

import org.llmsys.shell.Json;

/** How tokens look in a table: escaped as in JSON, blanks visible. */
final class TokenText {

    private static final char OPEN_BOX = '\u2423';

    private TokenText() {
    }

    static String visible(String token) {
        String json = Json.text(token);
        return json.substring(1, json.length() - 1).replace(' ', OPEN_BOX);
    }

    /** With a gap between them: tokens themselves show no blanks. */
    static String joined(List<String> tokens) {
        return String.join(" ", tokens.stream().map(TokenText::visible).toList());
    }
}
