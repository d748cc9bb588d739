package org.llmsys.shell.internal;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/**
 * Two tokenizers on one text, side by side. A side is a tokenizer's file, a model, or else a kind, which is then trained on the text.
 */
final class TokenizerComparison {

    /** Tokenizers decode, encode and are measured this often, in turn; a large text once. */
    private static final int ROUNDS = 5;
    private static final int LARGE = 4 << 20;

    private final Tokenizers tokenizers;
    private final Console console;

    /** One side: what was typed, and what it does with the text. */
    private record Side(String name, Tokenizer tokenizer, TextFit fit, double millis) {

        List<String> tokens(int from, int to) {
            return Arrays.stream(fit.encoding().ids(), from, to).mapToObj(tokenizer::token).toList();
        }
    }

    TokenizerComparison(Tokenizers tokenizers, Console console) {
        this.tokenizers = tokenizers;
        this.console = console;
    }

    /** @param limit how many of the places to show where the cuts differ */
    void run(String a, String b, String text, TrainingSettings settings, int limit, boolean json) {
        Tokenizer first = side(a, text, settings);
        Tokenizer second = b.equals(a) ? first : side(b, text, settings);
        TextFit fitA = fit(a, first, text);
        TextFit fitB = fit(b, second, text);
        double[] millis = millis(first, second, text);
        Side sideA = new Side(a, first, fitA, millis[0]);
        Side sideB = new Side(b, second, fitB, millis[1]);
        TextCuts cuts = TextCuts.of(text, fitA.encoding(), fitB.encoding());
        if (json) {
            console.json(json(sideA, sideB, text, cuts, limit));
        } else {
            print(sideA, sideB, text, cuts, limit);
        }
    }

    private Tokenizer side(String typed, String text, TrainingSettings settings) {
        if (exists(typed)) {
            return tokenizers.at(Path.of(typed)).tokenizer();
        }
        if (!tokenizers.kinds().contains(typed)) {
            throw Problem.misused("there is no tokenizer " + typed, "no file or folder has this path, and no kind of tokenizer this name",
                    "give a path, or a kind to train: " + Names.suggestion(typed, tokenizers.kinds()));
        }
        return tokenizers.train(typed, text, settings, console.job("train " + typed, "tokens", 0));
    }

    private static boolean exists(String path) {
        try {
            return Files.exists(Path.of(path));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }

    private static TextFit fit(String name, Tokenizer tokenizer, String text) {
        try {
            return TextFit.of(tokenizer, text);
        } catch (Problem e) {
            throw new Problem("cannot compare " + name + ": " + e.getMessage(), e.why(), e.fix(), e.exitStatus(), e);
        }
    }

    /** Median time of encoding the text; a first, uncounted turn has warmed both up. */
    private static double[] millis(Tokenizer a, Tokenizer b, String text) {
        int rounds = text.length() > LARGE ? 1 : ROUNDS;
        double[] timesA = new double[rounds];
        double[] timesB = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            timesA[round] = millis(a, text);
            timesB[round] = millis(b, text);
        }
        Arrays.sort(timesA);
        Arrays.sort(timesB);
        return new double[] {timesA[rounds / 2], timesB[rounds / 2]};
    }

    private static double millis(Tokenizer tokenizer, String text) {
        long start = System.nanoTime();
        tokenizer.encode(text, Specials.IGNORED);
        return (System.nanoTime() - start) / 1e6;
    }

    private static Map<String, Object> json(Side a, Side b, String text, TextCuts cuts, int limit) {
        List<Object> differences = new ArrayList<>();
        for (TextCuts.Place place : cuts.places().subList(0, Math.min(limit, cuts.places().size()))) {
            differences.add(Json.object("start", place.start(), "end", place.end(), "text", text.substring(place.start(), place.end()),
                    "a", a.tokens(place.firstA(), place.endA()), "b", b.tokens(place.firstB(), place.endB())));
        }
        return Json.object("slot", "tokenizer", "a", a.name(), "b", b.name(), "kindA", a.tokenizer().type(), "kindB", b.tokenizer().type(),
                "bytes", a.fit().bytes(), "characters", a.fit().characters(), "tokensA", a.fit().tokens(), "tokensB", b.fit().tokens(),
                "bytesPerTokenA", a.fit().bytesPerToken(), "bytesPerTokenB", b.fit().bytesPerToken(),
                "charactersPerTokenA", a.fit().charactersPerToken(), "charactersPerTokenB", b.fit().charactersPerToken(),
                "vocabSizeA", a.tokenizer().vocabSize(), "vocabSizeB", b.tokenizer().vocabSize(), "usedA", a.fit().used(), "usedB", b.fit().used(),
                "millisA", a.millis(), "millisB", b.millis(), "roundTripA", a.fit().firstLoss() < 0, "roundTripB", b.fit().firstLoss() < 0,
                "firstDifferingToken", cuts.firstDifferingToken(), "cutAlike", cuts.share(),
                "sameIds", Arrays.equals(a.fit().encoding().ids(), b.fit().encoding().ids()), "places", cuts.places().size(),
                "differences", differences);
    }

    private void print(Side a, Side b, String text, TextCuts cuts, int limit) {
        List<String> titles = titles(a.name(), b.name());
        Table table = new Table("tokenizer", titles.getFirst(), titles.getLast());
        table.row("kind", a.tokenizer().type(), b.tokenizer().type());
        table.row("tokens", number(a.fit().tokens()), number(b.fit().tokens()));
        table.row("bytes per token", decimal(a.fit().bytesPerToken()), decimal(b.fit().bytesPerToken()));
        table.row("characters per token", decimal(a.fit().charactersPerToken()), decimal(b.fit().charactersPerToken()));
        table.row("vocabulary", number(a.tokenizer().vocabSize()), number(b.tokenizer().vocabSize()));
        table.row("of it used", number(a.fit().used()), number(b.fit().used()));
        table.row("milliseconds", decimal(a.millis()), decimal(b.millis()));
        table.row("decoded", a.fit().roundTrip(), b.fit().roundTrip());
        console.out().print(table);
        if (cuts.places().isEmpty()) {
            console.out().println("both cut the text alike"
                    + (Arrays.equals(a.fit().encoding().ids(), b.fit().encoding().ids()) ? ", into the same ids" : ", into other ids"));
            return;
        }
        console.out().println(String.format(Locale.ROOT, "%.1f %% of the text is cut alike; the first token they disagree on is number %d",
                100 * cuts.share(), cuts.firstDifferingToken() + 1));
        Table places = new Table("text from", "to", "text", titles.getFirst(), titles.getLast());
        for (TextCuts.Place place : cuts.places().subList(0, Math.min(limit, cuts.places().size()))) {
            places.row(place.start(), place.end(), TokenText.visible(text.substring(place.start(), place.end())),
                    TokenText.joined(a.tokens(place.firstA(), place.endA())), TokenText.joined(b.tokens(place.firstB(), place.endB())));
        }
        console.out().print(places);
        if (cuts.places().size() > limit) {
            console.err().println(cuts.places().size() + " places; shown are the first " + limit + "; --limit N shows more");
        }
    }

    /** Paths by their last name, where that tells them apart. */
    private static List<String> titles(String a, String b) {
        String shortA = a.substring(a.lastIndexOf('/', a.length() - 2) + 1);
        String shortB = b.substring(b.lastIndexOf('/', b.length() - 2) + 1);
        return shortA.equals(shortB) ? List.of(a, b) : List.of(shortA, shortB);
    }

    private static String number(int n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static String decimal(double x) {
        return Double.isNaN(x) ? "" : String.format(Locale.ROOT, "%.3f", x);
    }
}
