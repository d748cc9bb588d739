package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.MergeHistory.Merge;
import org.llmsys.tokenizer.Tokenizer;

/**
 * The merges of a tokenizer, a row or an object for each: the first ones, and later on those that change one of the sample words.
 *
 * @param words sample words, each followed through all merges
 * @param limit how many of the first merges to show
 */
record MergeTable(Tokenizer tokenizer, List<Merge> merges, List<String> words, int limit) {

    /** Leaves out words with characters that are not in the vocabulary. */
    MergeTable {
        words = words.stream().filter(word -> MergeReplay.of(tokenizer, merges, word).isKnownTo(tokenizer)).toList();
    }

    /** What a merge changes: for each word that has its pair, the tokens after it. */
    @FunctionalInterface
    private interface Step {
        void show(int number, Merge merge, Map<String, List<String>> changed);
    }

    private void replay(Step step) {
        Map<String, MergeReplay> replays = new LinkedHashMap<>();
        words.forEach(word -> replays.put(word, MergeReplay.of(tokenizer, merges, word)));
        for (int i = 0; i < merges.size(); i++) {
            Merge merge = merges.get(i);
            Map<String, List<String>> changed = new LinkedHashMap<>();
            replays.forEach((word, replay) -> {
                if (replay.apply(merge)) {
                    changed.put(word, replay.symbols());
                }
            });
            if (i < limit || !changed.isEmpty()) {
                step.show(i + 1, merge, changed);
            }
        }
    }

    /** One object a step: step, left, right, token, id, count, and the sample words that it changes. */
    void json(Console console) {
        replay((number, merge, changed) -> console.json(Json.object("step", number, "left", merge.left(), "right", merge.right(),
                "token", merge.token(), "id", merge.id(), "count", merge.count(), "words", changed)));
    }

    void print(Console console) {
        List<String> titles = new ArrayList<>(List.of("step", "left", "right", "token", "id", "count"));
        titles.addAll(words);
        Table table = new Table(titles.toArray(String[]::new));
        List<String> begin = new ArrayList<>(List.of("0", "", "", "", "", ""));
        words.forEach(word -> begin.add(TokenText.joined(MergeReplay.of(tokenizer, merges, word).symbols())));
        table.row(begin.toArray());
        replay((number, merge, changed) -> {
            List<Object> row = new ArrayList<>(List.of(number, TokenText.visible(merge.left()), TokenText.visible(merge.right()),
                    TokenText.visible(merge.token()), merge.id(), merge.count()));
            words.forEach(word -> row.add(changed.containsKey(word) ? TokenText.joined(changed.get(word)) : ""));
            table.row(row.toArray());
        });
        console.out().print(table);
        if (merges.size() > limit) {
            console.err().println(merges.size() + " merges; shown are the first " + limit + " and those that change "
                    + (words.isEmpty() ? "a sample word (there is none)" : String.join(" or ", words)) + "; --limit N shows more");
        }
    }
}
