package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.training.data.CorpusPreparation;
import org.llmsys.training.data.CorpusSettings;
import org.llmsys.training.data.DataManifest;
import org.llmsys.training.data.DocumentSeparator;
import org.llmsys.training.data.TextCleaning;
import org.llmsys.training.data.TextInput;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Turns texts into files of token ids that training reads without loading them. */
@Component(property = Command.NAME + "=prepare")
public final class PrepareCommand implements Command {

    /** Characters that a vocabulary is learned from, at most. */
    private static final int SAMPLE = 1 << 25;
    private static final String STDIN = "-";

    private final Tokenizers tokenizers;

    @Activate
    public PrepareCommand(@Reference Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        CorpusSettings settings = settings(arguments);
        Path out = out(arguments);
        List<TextInput> texts = texts(arguments, console);
        Tokenizer tokenizer = tokenizer(arguments, texts, settings, console);
        long start = System.nanoTime();
        DataManifest data = new CorpusPreparation(tokenizer, settings).prepare(texts, out, console.job("prepare", "bytes", 0));
        report(data, out, (System.nanoTime() - start) / 1e9, arguments.has("--json"), console);
        return 0;
    }

    private static CorpusSettings settings(Arguments arguments) {
        return new CorpusSettings(DocumentSeparator.of(arguments.text("--separator").orElse("")), arguments.required("--field"),
                cleaning(arguments.required("--clean")), arguments.number("--validation"), arguments.has("--shuffle"), arguments.whole("--seed"),
                arguments.whole("--shard-tokens"), (int) arguments.whole("--threads"));
    }

    private static TextCleaning cleaning(String name) {
        return switch (name) {
            case "none" -> TextCleaning.NOTHING;
            case "lines" -> new TextCleaning(TextCleaning.Form.NONE, false, true);
            case "nfc" -> TextCleaning.DEFAULTS;
            case "nfkc" -> new TextCleaning(TextCleaning.Form.NFKC, true, true);
            default -> throw Problem.misused("there is no cleaning called " + name, "there are none, lines, nfc and nfkc", "give one of them");
        };
    }

    private static List<TextInput> texts(Arguments arguments, Console console) {
        List<String> names = new ArrayList<>(List.of(arguments.required("--text")));
        names.addAll(arguments.words());
        List<TextInput> texts = new ArrayList<>();
        for (String name : names) {
            if (name.equals(STDIN)) {
                texts.add(new TextInput("standard input", -1, false, console::in));
            } else {
                texts.addAll(TextInput.of(Path.of(name)));
            }
        }
        return texts;
    }

    private static Path out(Arguments arguments) throws IOException {
        Path out = Path.of(arguments.required("--out"));
        if (!Files.exists(out)) {
            return out;
        }
        if (Files.isRegularFile(out.resolve(DataManifest.FILE))) {
            if (!arguments.has("--replace")) {
                throw Problem.failed("there is prepared data in " + out, "it would be replaced", "replace it: --replace; or give another --out");
            }
            return out;
        }
        try (Stream<Path> inside = Files.isDirectory(out) ? Files.list(out) : Stream.of(out)) {
            if (inside.findAny().isPresent()) {
                throw Problem.failed("cannot write data to " + out, "something else is there", "give --out a new folder");
            }
        }
        return out;
    }

    private Tokenizer tokenizer(Arguments arguments, List<TextInput> texts, CorpusSettings settings, Console console) {
        boolean existing = arguments.has("--tokenizer") || arguments.has("--model");
        if (existing == arguments.has("--type")) {
            throw Problem.misused(existing ? "a tokenizer and --type were both given" : "prepare needs a tokenizer",
                    "its tokens are those of one tokenizer",
                    "give --tokenizer FILE, or --model M, or --type NAME to learn one from the text");
        }
        if (existing) {
            return tokenizers.chosen(arguments).tokenizer();
        }
        String kind = tokenizers.requireKind(arguments.required("--type"));
        if (texts.stream().anyMatch(text -> text.bytes() < 0)) {
            throw Problem.misused("cannot learn a vocabulary from standard input", "the text is read twice: for the vocabulary, then for the tokens",
                    "give a file, or --tokenizer");
        }
        String sample = CorpusPreparation.sample(texts, settings, SAMPLE, console.job("read a sample", "bytes", 0));
        return tokenizers.train(kind, sample, new TrainingSettings((int) arguments.whole("--vocab-size"), 1), console.job("learn a vocabulary",
                "tokens", 0));
    }

    private static void report(DataManifest data, Path out, double seconds, boolean json, Console console) {
        DataManifest.Part training = data.training();
        DataManifest.Part validation = data.validation();
        if (json) {
            console.json(Json.object("out", out.toString(), "documents", training.documents() + validation.documents(), "trainingTokens",
                    training.tokens(),
                    "validationTokens", validation.tokens(), "vocabSize", data.vocabSize(), "tokenizer", data.tokenizerType(), "separatorIds",
                    data.separatorIds(), "shards", training.shards().size() + validation.shards().size(), "seconds", seconds));
            return;
        }
        console.out().println(String.format(Locale.ROOT, "%,d documents, %,d tokens to learn from and %,d for validation, in %.1f s, saved in %s",
                training.documents() + validation.documents(), training.tokens(), validation.tokens(), seconds, out));
        if (data.separatorIds().isEmpty() && training.documents() > 1) {
            console.err().println("note: nothing stands between documents, because this tokenizer has no token for the end of a text");
        }
        console.err().println("try: ./llmsys train --data " + out + " --out my-model --preset tiny");
    }
}
