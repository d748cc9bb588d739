package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a tokenizer is, and how well it fits a text. */
@Component(property = Command.NAME + "=tokenizer-info")
public final class TokenizerInfoCommand implements Command {

    private static final int SAMPLES = 12;
    private static final int SPECIALS_SHOWN = 12;

    private final Tokenizers tokenizers;

    @Activate
    public TokenizerInfoCommand(@Reference Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        boolean withText = !arguments.words().isEmpty();
        String word = withText ? arguments.words("TEXT").getFirst() : "";
        Tokenizers.Opened opened = tokenizers.chosen(arguments);
        Tokenizer tokenizer = opened.tokenizer();
        TextFit fit = withText ? TextFit.of(tokenizer, TextArgument.word(word, console)) : null;
        VocabularyFacts facts = VocabularyFacts.of(tokenizer);
        if (arguments.has("--json")) {
            console.json(json(opened, facts, fit));
        } else {
            console.out().print(table(opened, facts, fit));
        }
        return 0;
    }

    private static Map<String, Object> json(Tokenizers.Opened opened, VocabularyFacts facts, TextFit fit) {
        Tokenizer tokenizer = opened.tokenizer();
        List<Object> specials = new ArrayList<>();
        if (facts.specials() != null) {
            facts.specials().forEach((id, token) -> specials.add(Json.object("id", id, "token", token)));
        }
        Map<String, Object> object = Json.object("kind", tokenizer.type(), "file", opened.file() == null ? null : opened.file().path().toString(),
                "form", opened.file() == null ? null : TokenizerForms.name(opened.file().form()), "vocabSize", tokenizer.vocabSize(),
                "missingIds", facts.missing(), "specialTokens", facts.specials() == null ? null : specials,
                "endOfText", tokenizer.endOfText().orElse(null), "byteLevel", tokenizer instanceof ByteLevelTokenizer,
                "merges", facts.merges().isPresent() ? facts.merges().getAsInt() : null,
                "longestToken", facts.longest() < 0 ? null : Json.object("id", facts.longest(), "token", tokenizer.token(facts.longest()),
                        "bytes", facts.longestSize()),
                "vocabularyBytes", facts.bytes(), "samples", VocabularyFacts.samples(tokenizer, SAMPLES));
        if (fit != null) {
            object.put("text", Json.object("bytes", fit.bytes(), "characters", fit.characters(), "words", fit.words(), "tokens", fit.tokens(),
                    "used", fit.used(), "bytesPerToken", fit.bytesPerToken(), "charactersPerToken", fit.charactersPerToken(),
                    "tokensPerWord", fit.tokensPerWord(), "roundTrip", fit.firstLoss() < 0, "firstLoss", fit.firstLoss()));
        }
        return object;
    }

    private static Table table(Tokenizers.Opened opened, VocabularyFacts facts, TextFit fit) {
        Tokenizer tokenizer = opened.tokenizer();
        Table table = new Table("tokenizer", opened.path().toString());
        table.row("kind", tokenizer.type());
        table.row("file", opened.file() == null ? "that of the model" : opened.file().path() + ", as " + TokenizerForms.name(opened.file().form()));
        table.row("vocabulary", String.format(Locale.ROOT, "%,d ids%s, %,d bytes of tokens", tokenizer.vocabSize(),
                facts.missing() == 0 ? "" : String.format(Locale.ROOT, ", %,d of them without a token", facts.missing()), facts.bytes()));
        table.row("byte-level", tokenizer instanceof ByteLevelTokenizer ? "yes: it expresses any bytes" : "no");
        table.row("special tokens", specials(facts.specials()));
        table.row("ends a text", tokenizer.endOfText().map(id -> TokenText.visible(tokenizer.token(id)) + " " + id).orElse("nothing"));
        table.row("merges", facts.merges().isPresent() ? String.format(Locale.ROOT, "%,d", facts.merges().getAsInt()) : "this kind keeps none");
        table.row("longest token", facts.longest() < 0 ? "" : TokenText.visible(tokenizer.token(facts.longest())) + ", " + facts.longestSize()
                + " bytes, id " + facts.longest());
        table.row("for example", TokenText.joined(VocabularyFacts.samples(tokenizer, SAMPLES)));
        if (fit != null) {
            table.row("", "");
            table.row("the text", String.format(Locale.ROOT, "%,d bytes, %,d characters, %,d words", fit.bytes(), fit.characters(), fit.words()));
            table.row("is", String.format(Locale.ROOT, "%,d tokens, %,d different ones", fit.tokens(), fit.used()));
            if (fit.tokens() > 0) {
                table.row("bytes per token", String.format(Locale.ROOT, "%.3f", fit.bytesPerToken()));
                table.row("tokens per word", fit.words() == 0 ? "no words" : String.format(Locale.ROOT, "%.2f", fit.tokensPerWord()));
            }
            table.row("decoded", fit.roundTrip());
        }
        return table;
    }

    private static String specials(Map<Integer, String> specials) {
        if (specials == null) {
            return "not known: this tokenizer cannot be said as a tokenizer.json";
        }
        if (specials.isEmpty()) {
            return "none";
        }
        List<String> shown = specials.entrySet().stream().limit(SPECIALS_SHOWN).map(s -> TokenText.visible(s.getValue()) + " " + s.getKey()).toList();
        return String.join(", ", shown) + (specials.size() > SPECIALS_SHOWN ? ", and " + (specials.size() - SPECIALS_SHOWN) + " more" : "");
    }
}
