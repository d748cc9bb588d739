package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Learns a vocabulary from a text, writes it, and shows how it grew. */
@Component(property = Command.NAME + "=tokenizer-train")
public final class TokenizerTrainCommand implements Command {

    private static final int SHOWN = 40;
    private static final int SAMPLE_WORDS = 2;

    private final Tokenizers tokenizers;

    @Activate
    public TokenizerTrainCommand(@Reference Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        String name = arguments.required("--text");
        String kind = tokenizers.requireKind(arguments.required("--type"));
        TrainingSettings settings = new TrainingSettings((int) arguments.whole("--vocab-size"), (int) arguments.whole("--min-frequency"));
        boolean explain = arguments.has("--explain");
        refuseWithoutExplain(arguments, explain);
        Optional<TokenizerOutput> output = output(arguments, explain);
        output.ifPresent(place -> tokenizers.requireForm(kind, place));

        String text = TextArgument.file(name, console);
        long start = System.nanoTime();
        Tokenizer tokenizer = tokenizers.train(kind, text, settings, console.job("tokenizer-train", "tokens", 0));
        double seconds = (System.nanoTime() - start) / 1e9;
        output.ifPresent(place -> place.write(tokenizer));
        if (explain) {
            explain(tokenizer, text, arguments, console);
        }
        summary(tokenizer, text, seconds, output, arguments.has("--json"), console);
        return 0;
    }

    private static void refuseWithoutExplain(Arguments arguments, boolean explain) {
        if (!explain && (arguments.has("--word") || arguments.has("--limit"))) {
            throw Problem.misused("--word and --limit are for --explain", "without it no merges are shown", "add --explain");
        }
    }

    /** With {@code --explain} a person may only want to look. */
    private static Optional<TokenizerOutput> output(Arguments arguments, boolean explain) {
        if (explain && arguments.path("--out").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new TokenizerOutput(Path.of(arguments.required("--out")), TokenizerForms.named(arguments.required("--form"))));
    }

    private static void explain(Tokenizer tokenizer, String text, Arguments arguments, Console console) {
        if (!(tokenizer instanceof MergeHistory history)) {
            console.err().println("a tokenizer of the kind " + tokenizer.type() + " keeps no history of merges: there is nothing to replay");
            return;
        }
        Optional<String> word = arguments.text("--word");
        List<String> words = word.map(List::of).orElseGet(() -> MergeReplay.frequentWords(text, SAMPLE_WORDS));
        boolean json = arguments.has("--json");
        int limit = arguments.has("--limit") ? (int) arguments.whole("--limit") : json ? Integer.MAX_VALUE : SHOWN;
        MergeTable table = new MergeTable(tokenizer, history.merges(), words, limit);
        if (json) {
            table.json(console);
        } else {
            table.print(console);
        }
    }

    private static void summary(Tokenizer tokenizer, String text, double seconds, Optional<TokenizerOutput> output, boolean json, Console console) {
        TextFit fit = fit(tokenizer, text);
        Integer merges = tokenizer instanceof MergeHistory history ? (Integer) history.merges().size() : null;
        String path = output.map(place -> place.path().toString()).orElse(null);
        if (json) {
            Map<String, Object> last = Json.object("out", path, "type", tokenizer.type(), "vocabSize", tokenizer.vocabSize(), "merges", merges,
                    "bytes", fit == null ? null : fit.bytes(), "tokens", fit == null ? null : fit.tokens(),
                    "bytesPerToken", fit == null ? null : fit.bytesPerToken(), "seconds", seconds);
            console.json(last);
            return;
        }
        console.out().println(String.format(Locale.ROOT, "%s: a vocabulary of %,d%s, learned in %.2f s", tokenizer.type(), tokenizer.vocabSize(),
                merges == null ? "" : String.format(Locale.ROOT, ", %,d of them merged", merges), seconds));
        if (fit != null) {
            console.out().println(String.format(Locale.ROOT, "on this text: %,d bytes are %,d tokens, %.3f bytes per token, %.2f tokens per word",
                    fit.bytes(), fit.tokens(), fit.bytesPerToken(), fit.tokensPerWord()));
        }
        if (path != null) {
            console.out().println("saved in " + path);
            console.err().println("try: ./llmsys tokenizer-info --tokenizer " + path + " \"" + Prompts.beginning(text) + "\"");
        }
    }

    /** Null when the vocabulary was bounded so tightly that it cannot express its own text. */
    private static TextFit fit(Tokenizer tokenizer, String text) {
        try {
            return TextFit.of(tokenizer, text);
        } catch (Problem notAll) {
            return null;
        }
    }
}
