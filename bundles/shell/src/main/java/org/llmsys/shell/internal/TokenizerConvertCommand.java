package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.tokenizer.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Writes a tokenizer in another form of file. */
@Component(property = Command.NAME + "=tokenizer-convert")
public final class TokenizerConvertCommand implements Command {

    private final Tokenizers tokenizers;

    @Activate
    public TokenizerConvertCommand(@Reference Tokenizers tokenizers) {
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        Path file = Path.of(arguments.required("--tokenizer"));
        TokenizerOutput output = new TokenizerOutput(Path.of(arguments.required("--out")), TokenizerForms.named(arguments.required("--form")));
        Tokenizer tokenizer = tokenizers.read(file).tokenizer();
        output.write(tokenizer);
        String lost = output.lost(tokenizer, tokenizers.assemblies());
        if (arguments.has("--json")) {
            console.json(Json.object("out", output.path().toString(), "form", TokenizerForms.name(output.form()), "kind", tokenizer.type(),
                    "vocabSize", tokenizer.vocabSize(), "bytes", output.bytes(), "lost", lost.isEmpty() ? null : lost));
        } else {
            console.out().println(String.format(Locale.ROOT, "%s, a vocabulary of %,d, saved as %s in %s: %,d bytes", tokenizer.type(),
                    tokenizer.vocabSize(), TokenizerForms.name(output.form()), output.path(), output.bytes()));
        }
        if (!lost.isEmpty()) {
            console.err().println("note: " + lost);
        }
        return 0;
    }
}
