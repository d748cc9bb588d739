package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.files.AtomicFiles;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows the tokens of a text. Reads a model's tokenizer alone when it lies beside the weights, so it starts quickly. */
@Component(property = Command.NAME + "=tokenize")
public final class TokenizeCommand implements Command {


    private final Assemblies assemblies;
    private final ComponentServiceObjects<Models> models;

    @Activate
    public TokenizeCommand(@Reference Assemblies assemblies, @Reference ComponentServiceObjects<Models> models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        String word = arguments.words("TEXT").getFirst();
        Tokenizer tokenizer = tokenizer(arguments);
        String text = word.equals("-") ? Texts.read(console.in()) : word;
        Encoding encoding = tokenizer.encode(text, arguments.has("--no-special") ? Specials.IGNORED : Specials.RECOGNIZED);
        int[] ids = encoding.ids();
        List<String> tokens = Arrays.stream(ids).mapToObj(tokenizer::token).toList();
        if (arguments.has("--json")) {
            List<int[]> offsets = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                offsets.add(new int[] {encoding.starts()[i], encoding.ends()[i]});
            }
            console.json(Json.object("ids", ids, "tokens", tokens, "offsets", offsets));
            return 0;
        }
        Table table = new Table("place", "id", "token", "text from", "to");
        for (int i = 0; i < ids.length; i++) {
            String json = Json.text(tokens.get(i));
            table.row(i, ids[i], json.substring(1, json.length() - 1).replace(' ', '\u2423'), encoding.starts()[i], encoding.ends()[i]);
        }
        console.out().print(table);
        console.err().println(ids.length + " tokens; vocabulary of " + tokenizer.vocabSize() + ", kind " + tokenizer.type());
        return 0;
    }

    private Tokenizer tokenizer(Arguments arguments) throws IOException {
        Optional<Path> file = arguments.path("--tokenizer");
        if (file.isPresent()) {
            return TokenizerFiles.read(file.get(), assemblies);
        }
        Path model = Models.path(arguments);
        Path beside = AtomicFiles.current(model).resolve("tokenizer.json");
        if (Files.isRegularFile(beside)) {
            return TokenizerFiles.read(beside, assemblies);
        }
        Models whole = models.getService();
        try {
            return whole.load(arguments).requireTokenizer();
        } finally {
            models.ungetService(whole);
        }
    }
}
