package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.LogProbabilities.Alternative;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.picture.TokenLabels;
import org.llmsys.tokenizer.Tokenizer;

/**
 * How the log-probabilities of a text are told: as a table, or as JSON.
 *
 * @param tokenizer says what the tokens are
 */
record LogProbabilityReport(Tokenizer tokenizer) {

    /** The prompt's tokens, where they were measured, then those written. */
    void print(List<LogProbabilities> prompt, List<GeneratedToken> written, Console console) {
        boolean filtered = written.stream().anyMatch(token -> token.filtered() != null);
        List<String> titles = new ArrayList<>(List.of("token", "id", "logprob", "probability", "likeliest"));
        if (filtered) {
            titles.addAll(List.of("after filters", "left"));
        }
        Table table = new Table(titles.toArray(String[]::new));
        prompt.forEach(token -> table.row(cells(token, null, filtered)));
        written.forEach(token -> table.row(cells(token.model(), token.filtered(), filtered)));
        console.out().print(table);
        console.out().flush();
    }

    private Object[] cells(LogProbabilities token, LogProbabilities after, boolean filtered) {
        List<Object> cells = new ArrayList<>(List.of(visible(token.id()), token.id(), number(token.logProbability()),
                number(Math.exp(token.logProbability())), top(token)));
        if (filtered) {
            cells.add(after == null ? "" : number(after.logProbability()));
            cells.add(after == null ? "" : top(after));
        }
        return cells.toArray();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    private String top(LogProbabilities token) {
        return String.join("  ", token.top().stream().map(one -> visible(one.id()) + " " + number(Math.exp(one.logProbability()))).toList());
    }

    private String visible(int id) {
        String text = text(id);
        return text == null ? "#" + id : TokenText.visible(text);
    }

    /** Null for an id that the model has and the tokenizer has not. */
    private String text(int id) {
        return id < tokenizer.vocabSize() ? new TokenLabels(tokenizer).text(id) : null;
    }

    List<Map<String, Object>> prompt(List<LogProbabilities> prompt) {
        return prompt.stream().map(this::json).toList();
    }

    List<Map<String, Object>> written(List<GeneratedToken> written) {
        return written.stream().map(token -> {
            Map<String, Object> json = json(token.model());
            if (token.filtered() != null) {
                json.put("filtered", Json.object("logprob", token.filtered().logProbability(), "top", alternatives(token.filtered())));
            }
            return json;
        }).toList();
    }

    private Map<String, Object> json(LogProbabilities token) {
        return Json.object("id", token.id(), "token", text(token.id()), "logprob", token.logProbability(), "top", alternatives(token));
    }

    private List<Map<String, Object>> alternatives(LogProbabilities token) {
        return token.top().stream()
                .map((Alternative one) -> Json.object("id", one.id(), "token", text(one.id()), "logprob", one.logProbability())).toList();
    }
}
