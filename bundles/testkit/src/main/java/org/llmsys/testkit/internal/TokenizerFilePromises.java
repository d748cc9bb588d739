package org.llmsys.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;
import org.llmsys.testkit.Checks;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;

/** What a tokenizer promises of its files: read again they give the same ids, and what is none of its files is refused. */
final class TokenizerFilePromises {

    private TokenizerFilePromises() {
    }

    static void check(TokenizerType type, Checks checks) {
        checks.promise("tokenizer.json is recognized, gives the same ids, and is written again as it was", () -> {
            Tokenizer tokenizer = TokenizerContract.train(type);
            String json = tokenizer.toJson();
            Checks.that(type.reads(json), "it does not recognize its own file");
            same(tokenizer, type.read(json), List.of(Specials.RECOGNIZED, Specials.IGNORED));
            Checks.that(json.equals(type.read(json).toJson()), "the file read and written again differs");
        });
        checks.promise("broken files are refused with a reason", () -> {
            String json = TokenizerContract.train(type).toJson();
            for (String bad : List.of("", "{", "{}", "[]", "null", "0", "{\"model\":{\"type\":\"NoSuchModel\"}}", "{\"model\":null}", "[".repeat(50_000),
                    json.substring(0, json.length() / 2))) {
                Checks.that(!type.reads(bad), "it claims to read %s", bad.substring(0, Math.min(60, bad.length())));
                TokenizerContract.problem(bad.substring(0, Math.min(60, bad.length())), () -> type.read(bad));
            }
        });
        for (Form form : Form.values()) {
            String sentence = "written as " + form + " and read again it gives the same ids for a text, or the form is refused with a reason";
            if (form == Form.TOKENIZER_JSON || !holds(type, form)) {
                checks.skip(sentence);
                continue;
            }
            checks.promise(sentence, () -> form(type, form));
        }
    }

    private static boolean holds(TokenizerType type, Form form) {
        try {
            return TokenizerContract.train(type).files(form).isPresent();
        } catch (Problem cannotSayAll) {
            return false;
        }
    }

    private static void form(TokenizerType type, Form form) throws IOException {
        Tokenizer tokenizer = TokenizerContract.train(type);
        Map<String, byte[]> files = tokenizer.files(form).orElseThrow();
        Path folder = Files.createTempDirectory("llmsys-tokenizer");
        try {
            Path path = files.size() == 1 ? folder.resolve(files.keySet().iterator().next()) : folder.resolve("model");
            TokenizerFiles.write(tokenizer, form, path);
            TokenizerFile found = TokenizerFiles.recognize(path);
            Checks.that(found.form() == form, "it is taken for %s", found.form());
            Optional<Tokenizer> again = type.readFile(found);
            Checks.that(again.isPresent(), "it does not read its own file");
            same(tokenizer, again.get(), List.of(Specials.IGNORED));       // some forms have ends of their own: a tokenizer.bin means <s> before a text
        } finally {
            delete(folder);
        }
    }

    private static void same(Tokenizer expected, Tokenizer actual, List<Specials> modes) {
        for (String text : TokenizerContract.TEXTS) {
            for (Specials mode : modes) {
                int[] ids = expected.encode(text, mode).ids();
                Checks.that(Arrays.equals(ids, actual.encode(text, mode).ids()), "the ids differ for %s", text);
                Checks.that(expected.decode(ids).equals(actual.decode(ids)), "the decoded text differs for %s", text);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
