package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows the tokens of a text, and the text of tokens. */
@Component(property = Command.NAME + "=tokenize")
public final class TokenizeCommand implements Command {

    /** A table is laid out whole, so a book gets one after the other. */
    private static final int ROWS = 10_000;

    private final Tokenizers tokenizers;

    @Activate
    public TokenizeCommand(@Reference Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        boolean decode = arguments.has("--decode");
        if (!decode || arguments.words().isEmpty()) {
            arguments.words(decode ? "--decode IDS" : "TEXT");
        }
        if (decode && arguments.has("--no-special")) {
            throw Problem.misused("--no-special and --decode were both given", "--no-special says what happens to special tokens in a text",
                    "leave it out");
        }
        Tokenizer tokenizer = tokenizers.chosen(arguments).tokenizer();
        String typed = TextArgument.word(String.join(" ", arguments.words()), console);
        if (decode) {
            decode(tokenizer, ids(typed), arguments.has("--json"), console);
        } else {
            encode(tokenizer, typed, arguments.has("--no-special") ? Specials.IGNORED : Specials.RECOGNIZED, arguments.has("--json"), console);
        }
        return 0;
    }

    private static void encode(Tokenizer tokenizer, String text, Specials specials, boolean json, Console console) {
        Encoding encoding = tokenizer.encode(text, specials);
        int[] ids = encoding.ids();
        List<String> tokens = Arrays.stream(ids).mapToObj(tokenizer::token).toList();
        if (json) {
            List<int[]> offsets = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                offsets.add(new int[] {encoding.starts()[i], encoding.ends()[i]});
            }
            console.json(Json.object("ids", ids, "tokens", tokens, "offsets", offsets));
            return;
        }
        for (int from = 0; from == 0 || from < ids.length; from += ROWS) {
            Table table = new Table("place", "id", "token", "text from", "to");
            for (int i = from; i < Math.min(ids.length, from + ROWS); i++) {
                table.row(i, ids[i], TokenText.visible(tokens.get(i)), encoding.starts()[i], encoding.ends()[i]);
            }
            console.out().print(table);
        }
        console.err().println(ids.length + " tokens; vocabulary of " + tokenizer.vocabSize() + ", kind " + tokenizer.type());
    }

    private static void decode(Tokenizer tokenizer, int[] ids, boolean json, Console console) {
        String text = tokenizer.decode(ids);
        if (json) {
            console.json(Json.object("ids", ids, "tokens", Arrays.stream(ids).mapToObj(tokenizer::token).toList(), "text", text));
        } else {
            console.out().println(console.shown(text));
        }
    }

    /** Whole numbers with blanks, commas or brackets between: a list as {@code --json} prints it, too. */
    private static int[] ids(String typed) {
        List<String> numbers = Arrays.stream(typed.split("[\\s,\\[\\]]+")).filter(number -> !number.isEmpty()).toList();
        int[] ids = new int[numbers.size()];
        for (int i = 0; i < ids.length; i++) {
            try {
                ids[i] = Integer.parseInt(numbers.get(i));
            } catch (NumberFormatException e) {
                throw Problem.misused("cannot decode " + numbers.get(i), "place " + i + " is no token id: ids are whole numbers",
                        "give ids with blanks or commas between, for example ./llmsys tokenize --decode 3 1 4");
            }
        }
        return ids;
    }
}
