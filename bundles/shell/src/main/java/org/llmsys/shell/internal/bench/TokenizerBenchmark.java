package org.llmsys.shell.internal.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Console;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;

/**
 * Encoding, with the vocabulary of a file or with one of each kind that is learned from the text; and the learning of a byte-level
 * vocabulary.
 *
 * <pre>
 *   MB/s = bytes of all documents in UTF-8 / seconds / 10^6
 * </pre>
 *
 * Every peer loads the same vocabulary and must come to the same ids. Sizes are of vocabularies: the first is learned to encode with, every
 * one to see how long it takes.
 *
 * @param names    kinds of tokenizers, {@code learning}, {@code growth} (how the time grows with texts that repeat one thing); none for all kinds
 * @param material the text, and the file if there is one
 * @param threads  that encode at once
 */
record TokenizerBenchmark(Assemblies assemblies, List<String> names, Material material, int threads, Scratch scratch, Console console)
        implements Benchmark {

    private static final String SLOT = "tokenizer";
    private static final String LEARNING = "learning";
    private static final String GROWTH = "growth";
    /** What a text may consist of that has cost other tokenizers more than linear time. */
    private static final Map<String, String> REPEATED = new TreeMap<>(Map.of("one letter", "a", "spaces", " ", "CJK", "\u4E2D", "combining marks", "\u0301",
            "line ends", "\n", "digits", "7", "two letters", "ab", "signs", "="));
    private static final String LEARNER = "byte-bpe";
    private static final List<String> KINDS = List.of("byte-bpe", "sentencepiece-bpe", "wordpiece", "unigram");
    private static final int MIN_FREQUENCY = 2;
    /** What the trainers of a slow kind look at, and how much they learn: enough for a vocabulary whose speed is worth measuring. */
    private static final int SLOW_TEXT = 200_000;
    private static final int SLOW_SIZE = 4000;
    private static final double TURN_SECONDS = 0.3;

    @Override
    public String form() {
        return "V";
    }

    @Override
    public String sizes() {
        return "32000";
    }

    @Override
    public List<PeerProgram> peers() {
        return List.of(new JtokkitPeer(scratch), PythonPeer.of("tiktoken", "texts.py"), PythonPeer.of("tokenizers", "texts.py"),
                PythonPeer.of("sentencepiece", "texts.py"));
    }

    @Override
    public boolean picksByName() {
        return true;
    }

    @Override
    public Clock processorClock() {
        return Clock.PROCESS;
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        if (material.shipped()) {
            console.err().println("the shipped corpus is measured, which is short: repeated, it flatters whoever keeps words in a cache; "
                    + "--text FILE takes another one, best some megabytes");
        }
        Optional<Tokenizer> given = material.tokenizer().map(file -> TokenizerFiles.read(file, assemblies));
        List<String> kinds = given.map(tokenizer -> List.of(tokenizer.type())).orElse(KINDS);
        checkNames(kinds);
        List<Trial> trials = new ArrayList<>();
        Documents documents = documents();
        for (String kind : kinds) {
            if (names.isEmpty() || names.contains(kind) && !names.contains(GROWTH)) {
                trials.add(encoding(kind, sizes.getFirst()[0], given, documents));
            }
        }
        if (names.contains(GROWTH)) {
            kinds.stream().filter(kind -> names.size() == 1 || names.contains(kind)).forEach(kind -> trials.addAll(growth(kind, sizes.getFirst()[0], given)));
        }
        if (names.contains(LEARNING) || names.isEmpty() && given.isEmpty()) {
            sizes.forEach(size -> trials.add(learning(size[0])));
        }
        return trials;
    }

    private Documents documents() {
        Documents cut = Documents.cut(material.text(), Documents.ENOUGH);
        return material.shipped() ? cut.repeated(Documents.ENOUGH / 2) : cut;
    }

    private void checkNames(List<String> kinds) {
        TreeSet<String> known = new TreeSet<>(kinds);
        known.add(LEARNING);
        known.add(GROWTH);
        for (String name : names) {
            if (!known.contains(name)) {
                throw Problem.misused("there is no " + name + " to measure", "there are " + String.join(", ", known), Names.suggestion(name, known));
            }
        }
    }

    private Trial encoding(String kind, int size, Optional<Tokenizer> given, Documents documents) {
        Path folder = scratch.folder(kind + "-" + size);
        String vocabulary = given.map(tokenizer -> "V " + tokenizer.vocabSize()).orElse("V learned, at most " + learned(kind, size));
        return new Trial(SLOT, "encode " + material.name() + ", " + vocabulary,
                List.of(new Measure.Rate("MB/s", documents.bytes() / 1e6)), () -> {
            Tokenizer tokenizer = given.orElseGet(() -> learn(kind, size));
            new PeerFolder(folder).write(tokenizer, material.tokenizer(), documents.texts());
            List<Contestant> ours = new ArrayList<>();
            elsewhere(tokenizer, documents).forEach((name, other) -> ours.add(new EncodingContestant(name, other, documents.texts(), threads)));
            ours.add(new EncodingContestant(kind, tokenizer, documents.texts(), threads));                  // rows come in the other order
            return ours;
        }, "encode-" + kind + " " + word(folder), TURN_SECONDS);
    }

    /** The same vocabulary by the other providers of its kind, by name; they must come to the same ids. */
    private Map<String, Tokenizer> elsewhere(Tokenizer tokenizer, Documents documents) {
        Map<String, Tokenizer> others = new TreeMap<>();
        for (Candidate candidate : assemblies.current().candidates(SLOT)) {
            if (candidate.algorithm().equals(tokenizer.type()) && !candidate.name().equals(tokenizer.type())) {
                try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, candidate.name())) {
                    others.put(candidate.name(), held.provider().read(tokenizer.toJson()));
                }
            }
        }
        others.forEach((name, other) -> documents.texts().forEach(text -> {
            if (!Arrays.equals(tokenizer.ids(text, Specials.IGNORED), other.ids(text, Specials.IGNORED))) {
                throw Problem.failed("the tokenizer " + name + " cannot be measured", "it comes to other ids than " + tokenizer.type(),
                        "./llmsys compare tokenizer " + tokenizer.type() + " " + name + " shows where");
            }
        }));
        return others;
    }

    private List<Trial> growth(String kind, int size, Optional<Tokenizer> given) {
        Tokenizer tokenizer = given.orElseGet(() -> learn(kind, size));
        List<Trial> trials = new ArrayList<>();
        REPEATED.forEach((what, repeated) -> trials.add(new Trial(SLOT, "1 MiB of " + what, List.of(new Measure.Time("ms", 1e3)),
                () -> List.of(new GrowthContestant(tokenizer, repeated)), "growth", TURN_SECONDS)));
        return trials;
    }

    /** A vocabulary of a kind; the trainers of all but the byte-level one are plain, so they get a part of the text. */
    private Tokenizer learn(String kind, int size) {
        Job job = job();
        console.err().println("learning a vocabulary: " + kind);
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, kind)) {
            String text = kind.equals(LEARNER) ? material.text() : String.join("", Documents.cut(material.text(), SLOW_TEXT).texts());
            return held.provider().train(text, new TokenizerType.TrainingSettings(learned(kind, size), MIN_FREQUENCY), job);
        }
    }

    private static int learned(String kind, int size) {
        return kind.equals(LEARNER) ? size : Math.min(size, SLOW_SIZE);
    }

    private Trial learning(int size) {
        TokenizerType.TrainingSettings settings = new TokenizerType.TrainingSettings(size, MIN_FREQUENCY);
        Path text = material.path().toAbsolutePath();
        return new Trial(SLOT, "learn " + material.name() + ", V " + size, List.of(new Measure.Time("s", 1)),
                () -> List.of(new LearningContestant(assemblies, LEARNER, material.text(), settings, job())),
                "learn-" + LEARNER + " " + word(text) + " " + size + " " + MIN_FREQUENCY, TURN_SECONDS);
    }

    /** Ends with the command. */
    private Job job() {
        Job job = Job.silent("merges");
        console.onCancel(job::cancel);
        return job;
    }

    /** A path as one word of a question. */
    private static String word(Path path) {
        return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8);
    }
}
