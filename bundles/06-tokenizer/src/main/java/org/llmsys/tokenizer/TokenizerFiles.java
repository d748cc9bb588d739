package org.llmsys.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.internal.TokenizerForms;
import org.llmsys.tokenizer.internal.VocabularyLimit;

/**
 * The door for tokenizers on a disk: finds out what a file or folder holds by its content, and asks every kind of tokenizer in the
 * workbench whether it reads it.
 *
 * <pre>{@code
 * Tokenizer tokenizer = TokenizerFiles.read(Path.of("models/llama"), assemblies);
 * }</pre>
 *
 * <p>In a folder the first of these counts: {@code tokenizer.json}, {@code tokenizer.model}, {@code spiece.model},
 * {@code sentencepiece.bpe.model}, {@code vocab.json} with {@code merges.txt}, {@code encoder.json} with {@code vocab.bpe},
 * {@code vocab.txt}, {@code tokenizer.bin}, the only {@code .tiktoken} or {@code .gguf} file.
 */
public final class TokenizerFiles {

    private static final int LOOKED_AT = 1 << 16;
    private static final int LONGEST_REASON = 800;
    private static final List<String> IN_FOLDER = List.of("tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json",
            "encoder.json", "vocab.txt", "tokenizer.bin");
    /** The file beside a vocabulary. */
    private static final Map<String, String> MERGES = Map.of("vocab.json", "merges.txt", "encoder.json", "vocab.bpe");

    private TokenizerFiles() {
    }

    /** @throws Problem when there is no such file, its form is not known, nothing here reads it, or it is damaged */
    public static Tokenizer read(Path path, Assemblies assemblies) {
        TokenizerFile file = recognize(path);
        try {
            return read(file, assemblies);
        } catch (Problem e) {
            throw e.getMessage().contains(file.path().toString()) ? brief(e)
                    : brief(new Problem("cannot read the tokenizer " + file.path(), e.why(), e.fix(), e.exitStatus(), e));
        }
    }

    /** A token of a damaged file may be a megabyte, and messages quote tokens: the middle of such a message is left out. */
    private static Problem brief(Problem problem) {
        String why = problem.why();
        return why.length() <= LONGEST_REASON ? problem : new Problem(problem.getMessage(),
                why.substring(0, LONGEST_REASON / 2) + " … " + why.substring(why.length() - LONGEST_REASON / 2), problem.fix(), problem.exitStatus(), problem);
    }

    /**
     * Makes the tokenizer that the content of a {@code tokenizer.json} describes.
     *
     * @throws Problem when nothing here reads it, or it is damaged
     */
    public static Tokenizer parse(String json, Assemblies assemblies) {
        VocabularyLimit.require(json);
        for (Candidate type : assemblies.current().candidates("tokenizer")) {
            try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, type.name())) {
                if (held.provider().reads(json)) {
                    return held.provider().read(json);
                }
            } catch (Problem e) {
                throw brief(e);
            }
        }
        throw Problem.failed("cannot read the tokenizer.json", "it is of a kind that nobody here reads; the kinds are "
                + String.join(", ", assemblies.current().candidates("tokenizer").stream().map(Candidate::name).toList()),
                "./llmsys services --slot tokenizer lists the kinds there are");
    }

    private static Tokenizer read(TokenizerFile file, Assemblies assemblies) {
        if (file.form() == Form.TOKENIZER_JSON) {
            return parse(file.text(), assemblies);
        }
        for (Candidate type : assemblies.current().candidates("tokenizer")) {
            try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, type.name())) {
                Optional<Tokenizer> tokenizer = held.provider().readFile(file);
                if (tokenizer.isPresent()) {
                    return tokenizer.get();
                }
            }
        }
        throw Problem.failed("cannot read the tokenizer " + file.path(), "no tokenizer here reads this kind of file (" + file.form() + ")",
                "./llmsys services --slot tokenizer lists the kinds there are");
    }

    /**
     * Writes a tokenizer in this form, whole or not at all.
     *
     * @param path the file; for a form of several files the folder they go to
     * @throws Problem when the form cannot hold this tokenizer, or the place cannot be written
     */
    public static void write(Tokenizer tokenizer, Form form, Path path) {
        Map<String, byte[]> files = form == Form.TOKENIZER_JSON
                ? Map.of("tokenizer.json", tokenizer.toJson().getBytes(StandardCharsets.UTF_8))
                : tokenizer.files(form).orElseThrow(() -> Problem.failed("cannot write the tokenizer " + path,
                        "files of the form " + form + " do not hold tokenizers of the kind " + tokenizer.type(), "write it as tokenizer.json"));
        if (files.size() == 1) {
            if (Files.isDirectory(path)) {
                throw Problem.misused("cannot write the tokenizer " + path, "it is a folder, and the form " + form + " is one file",
                        "give the path of the file, such as " + path.resolve(files.keySet().iterator().next()));
            }
            AtomicFiles.ON_DISK.writeFile(path, sink -> sink.write(ByteBuffer.wrap(files.values().iterator().next())));
            return;
        }
        AtomicFiles.ON_DISK.writeFolder(path, files::containsKey, draft -> {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                draft.file(file.getKey(), sink -> sink.write(ByteBuffer.wrap(file.getValue())));
            }
        });
    }

    /** What form a file has, or the tokenizer file of a folder. */
    public static TokenizerFile recognize(Path path) {
        Path file = Files.isDirectory(path) ? inFolder(path) : path;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(LOOKED_AT);
            if (start.length == 0) {
                throw unknown(path, "the file is empty");
            }
            Form form = TokenizerForms.of(start, start.length < LOOKED_AT).orElseThrow(() -> unknown(path, "its content is of no form that is known here"));
            if (form == Form.VOCAB_AND_MERGES && MERGES.values().stream().noneMatch(name -> Files.isRegularFile(file.resolveSibling(name)))) {
                throw unknown(path, "it is a vocabulary, and the merges that belong to it do not lie beside it");
            }
            return new TokenizerFile(form, file);
        } catch (IOException e) {
            throw new Problem("cannot read the tokenizer " + path, Files.exists(file) ? e.toString() : "there is no such file",
                    "give the path of a tokenizer file or of a model's folder", Problem.FAILED, e);
        }
    }

    private static Path inFolder(Path folder) {
        for (String name : IN_FOLDER) {
            boolean whole = !MERGES.containsKey(name) || Files.isRegularFile(folder.resolve(MERGES.get(name)));
            if (whole && Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".tiktoken") || file.toString().endsWith(".gguf")).limit(2).toList();
            if (found.size() == 1) {
                return found.getFirst();
            }
            throw unknown(folder, found.isEmpty() ? "the folder holds none" : "the folder holds several");
        } catch (IOException e) {
            throw new Problem("cannot read the folder " + folder, e.toString(), "check the path and the disk", Problem.FAILED, e);
        }
    }

    private static Problem unknown(Path path, String why) {
        return Problem.failed("cannot read the tokenizer " + path, why,
                "give a tokenizer.json, tokenizer.model, tokenizer.bin, vocab.txt, vocab.json beside merges.txt, .tiktoken or .gguf file");
    }
}
