package org.llmsys.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;

class CorpusPreparationTest {

    private static final String END = "<|endoftext|>";
    private static final CorpusSettings SETTINGS = CorpusSettings.DEFAULTS.withSeparator(DocumentSeparator.of(END)).withShardTokens(100);
    /** Characters of all these tests, and those of the separator, so that it can be said. */
    private static final Tokenizer TOKENIZER = new CharTokenizerType().train("abcdefghijklmnopqrstuvwxyz 0123456789.\n\r\té\u0301{}\":-" + END,
            TrainingSettings.DEFAULTS,
            Job.silent("train"));

    @TempDir
    Path folder;

    private static TextInput text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TextInput("a text", bytes.length, false, () -> new ByteArrayInputStream(bytes));
    }

    private static TextInput jsonLines(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TextInput("lines", -1, true, () -> new ByteArrayInputStream(bytes));
    }

    private PreparedData prepare(CorpusSettings settings, TextInput... texts) {
        Path out = folder.resolve("out" + counter++);
        new CorpusPreparation(TOKENIZER, settings).prepare(List.of(texts), out, Job.silent("prepare"));
        return PreparedData.open(out);
    }

    private int counter;

    private static List<String> documents(TokenSource ids) {
        return Stream.of(TOKENIZER.decode(ids.ids(0, ids.size())).split(java.util.regex.Pattern.quote(END))).filter(d -> !d.isEmpty()).toList();
    }

    private static String corpus(int documents) {
        return IntStream.range(0, documents).mapToObj(i -> "document " + i + " " + "x".repeat(i % 13)).collect(Collectors.joining(END));
    }

    private static byte[] content(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                all.append(file.getFileName()).append(Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("every document is in exactly one place, whole, in the text's order; shards are full but the last; the index has their ends")
    void complete() throws IOException {
        try (PreparedData data = prepare(SETTINGS, text(corpus(207)))) {
            data.verify();
            List<String> training = documents(data.training());
            List<String> validation = documents(data.validation());
            assertEquals(21, validation.size());
            List<String> all = new ArrayList<>(training);
            all.addAll(validation);
            List<String> expected = List.of(corpus(207).split(java.util.regex.Pattern.quote(END)));
            assertEquals(expected.stream().sorted().toList(), all.stream().sorted().toList());
            assertEquals(expected.stream().filter(training::contains).toList(), training);
            List<DataManifest.Shard> shards = data.manifest().training().shards();
            assertTrue(shards.size() > 20 && shards.subList(0, shards.size() - 1).stream().allMatch(shard -> shard.tokens() == 100));
            for (int d = 0; d < data.documents().count(); d++) {
                int[] ids = data.training().ids(data.documents().start(d), data.documents().end(d));
                assertEquals(training.get(d) + END, TOKENIZER.decode(ids));
            }
        }
    }

    @Test
    @DisplayName("the same input gives the same bytes for 1, 2 and 3 threads; another seed splits and shuffles otherwise")
    void deterministic() throws IOException {
        CorpusSettings shuffled = SETTINGS.withShuffle(true, 5);
        String many = corpus(60_000);                                  // more than a bundle for each thread
        CorpusSettings large = shuffled.withShardTokens(1 << 20);
        Path[] out = {folder.resolve("1"), folder.resolve("2"), folder.resolve("3")};
        for (int threads = 1; threads <= 3; threads++) {
            new CorpusPreparation(TOKENIZER, large.withThreads(threads)).prepare(List.of(text(many)), out[threads - 1], Job.silent("prepare"));
            assertArrayEquals(content(out[0]), content(out[threads - 1]), threads + " threads");
        }
        try (PreparedData one = prepare(shuffled, text(corpus(207))); PreparedData other = prepare(SETTINGS.withShuffle(true, 6),
                text(corpus(207)))) {
            assertNotEquals(documents(one.training()), documents(one.training()).stream().sorted().toList());
            assertNotEquals(documents(one.training()), documents(other.training()));
            assertNotEquals(documents(one.validation()), documents(other.validation()));
            assertNotEquals(one.fingerprint(), other.fingerprint());
            List<String> all = new ArrayList<>(documents(one.training()));
            all.addAll(documents(one.validation()));
            assertEquals(207, all.stream().distinct().count());
        }
    }

    @Test
    @DisplayName("separators: a text anywhere, a whole line, blank lines; what only contains the line is no separator")
    void separators() {
        CorpusSettings all = SETTINGS.withValidation(0);
        try (PreparedData data = prepare(all.withSeparator(DocumentSeparator.of("line:---")), text("a---b\n---\nc\n--- \nd\n---"))) {
            assertEquals("a---b\n---\nc\n--- \nd\n---\n", TOKENIZER.decode(data.training().ids(0, data.training().size())));
            assertEquals(2, data.documents().count());
        }
        try (PreparedData data = prepare(all.withSeparator(DocumentSeparator.of("blank-lines")), text("\n\na\nb\r\n \t\r\n\r\nc"))) {
            assertEquals("a\nb\n\nc\n", TOKENIZER.decode(data.training().ids(0, data.training().size())));
            assertEquals(2, data.documents().count());
        }
        for (String written : List.of("", "blank-lines", "line:---", END)) {
            assertEquals(written, DocumentSeparator.of(written).written());
        }
        assertThrows(Problem.class, () -> DocumentSeparator.of("line:a\nb"));
    }

    @Test
    @DisplayName("a separator is found wherever the blocks that are read end, and a document longer than a piece stays one document")
    void longDocuments() {
        String letters = "the quick brown fox. ".repeat(4_000);         // 84,000 characters: longer than a block
        for (int shift = 0; shift < END.length() + 2; shift++) {
            String first = "x".repeat((1 << 16) - shift);
            try (PreparedData data = prepare(SETTINGS.withValidation(0), text(first + END + letters))) {
                assertEquals(List.of(first, letters), documents(data.training()), "shift " + shift);
            }
        }
        String longOne = "a line of words\n\n".repeat(200_000);          // 3.4 million characters
        try (PreparedData data = prepare(SETTINGS.withValidation(0).withShardTokens(1_000_000), text(longOne + END + "z"))) {
            assertEquals(List.of(longOne, "z"), documents(data.training()));
            assertEquals(2, data.documents().count());
            assertEquals(4, data.manifest().training().shards().size());
        }
        try (PreparedData data = prepare(SETTINGS.withValidation(0).withShardTokens(10_000_000), text("x".repeat(2_500_000)))) {
            assertEquals(1, data.documents().count());
            assertEquals(2_500_000 + END.length(), data.training().size());
        }
    }

    @Test
    @DisplayName("the only document is split at its end, as a text is that is trained on directly")
    void oneDocument() {
        CorpusSettings none = SETTINGS.withSeparator(new DocumentSeparator.None());
        try (PreparedData data = prepare(none, text("0123456789".repeat(10)))) {
            assertEquals(90, data.training().size());
            assertEquals(10, data.validation().size());
            assertEquals(List.of(), data.manifest().separatorIds());
        }
    }

    @Test
    @DisplayName("cleaning: line ends, control characters, Unicode form, the mark at the beginning; texts of two files are two documents")
    void cleans() {
        CorpusSettings none = SETTINGS.withSeparator(new DocumentSeparator.None()).withValidation(0);
        try (PreparedData data = prepare(none, text("\uFEFFa\r\nb\u0007c\re\u0301"), text("d"))) {
            assertEquals("a\nbc\n\u00e9d", TOKENIZER.decode(data.training().ids(0, data.training().size())));
            assertEquals(2, data.documents().count());
        }
        CorpusSettings asItIs = new CorpusSettings(new DocumentSeparator.None(), "text", TextCleaning.NOTHING, 0, false, 1, 100, 1);
        try (PreparedData data = prepare(asItIs, text("a\r\nb\re\u0301"))) {
            assertEquals("a\r\nb\re\u0301", TOKENIZER.decode(data.training().ids(0, data.training().size())));
        }
    }

    @Test
    @DisplayName("JSON lines: the named field of each line is a document; a damaged line is named by its number")
    void jsonLinesAreDocuments() {
        CorpusSettings settings = SETTINGS.withValidation(0);
        try (PreparedData data = prepare(settings, jsonLines("{\"id\": [1, {\"text\": 2}], \"text\": \"a\\r\\nb\"}\r\n\n{\"text\": \""
                + "y".repeat(2_000_000)
                + "\"}\n{\"text\": \" \"}"))) {
            assertEquals(List.of("a\nb", "y".repeat(2_000_000)), documents(data.training()));
            assertEquals(2, data.documents().count());
        }
        for (String bad : List.of("{\"text\": \"a\"}\n{\"text\": \"b\"", "{}\n{\"other\": \"a\"}\n", "{\"text\": \"a\"}\n[1]",
                "{\"text\": \"a\"}\n{\"text\": \"a\"} 5")) {
            Problem problem = assertThrows(Problem.class, () -> prepare(settings, jsonLines(bad)));
            assertTrue(problem.getMessage().contains("line"), problem.text());
        }
    }

    @Test
    @DisplayName("what looks like a special token within a document is ordinary text; the separator's ids stand behind each document")
    void separatorIds() {
        try (PreparedData data = prepare(SETTINGS.withValidation(0), text("a" + END + "b"))) {
            assertEquals("a" + END + "b" + END, TOKENIZER.decode(data.training().ids(0, data.training().size())));
            assertEquals(END.length(), data.manifest().separatorIds().size());
        }
    }

    @Test
    @DisplayName("a cancelled or failing preparation leaves nothing behind, and the folder that was there before stays as it was")
    void nothingHalfWritten() throws IOException {
        Path out = folder.resolve("data");
        Job[] job = new Job[1];
        job[0] = new Job("prepare", "bytes", 0, progress -> job[0].cancel());
        assertThrows(CancellationException.class, () -> new CorpusPreparation(TOKENIZER, SETTINGS).prepare(List.of(text(corpus(99))), out, job[0]));
        assertEquals(0, files());
        new CorpusPreparation(TOKENIZER, SETTINGS).prepare(List.of(text(corpus(99))), out, Job.silent("prepare"));
        byte[] before = content(out);
        for (String bad : List.of("a\u0000b", "not in the vocabulary: \u4e2d", "", " \n" + END)) {
            Problem problem = assertThrows(Problem.class, () -> new CorpusPreparation(TOKENIZER, SETTINGS).prepare(List.of(text(bad)), out,
                    Job.silent("prepare")));
            assertFalse(problem.why().isEmpty());
        }
        TextInput latin = new TextInput("latin", 3, false, () -> new ByteArrayInputStream(new byte[] {65, (byte) 0xe9, 66}));
        assertEquals("it is not UTF-8", assertThrows(Problem.class,
                () -> new CorpusPreparation(TOKENIZER, SETTINGS).prepare(List.of(latin), out, Job.silent("prepare"))).why());
        assertArrayEquals(before, content(out));
        assertEquals(1, files());
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    @DisplayName("a damaged folder is refused: manifest, shard, index or tokenizer changed, missing, or of another preparation")
    void damaged() throws IOException {
        try (PreparedData data = prepare(SETTINGS, text(corpus(207))); PreparedData other = prepare(SETTINGS.withShuffle(true, 5),
                text(corpus(207)))) {
            data.tokenizer();
            other.tokenizer();
        }
        Path good = folder.resolve("out0");
        String manifest = Files.readString(good.resolve(DataManifest.FILE));
        for (String[] change : new String[][] {{"llmsys-data", "other-data"}, {"\"version\": 1", "\"version\": 2"}, {"training-00000.tokens",
                "../x.tokens"},
                {"\"tokens\": 100", "\"tokens\": 99"}, {"\"vocabSize\": ", "\"vocabSize\": 1"}, {"\"training\"", "\"drill\""}, {"{", "["}}) {
            assertTrue(manifest.contains(change[0]), change[0]);
            Files.writeString(good.resolve(DataManifest.FILE), manifest.replace(change[0], change[1]));
            assertThrows(Problem.class, () -> PreparedData.open(good).close(), change[0]);
        }
        Files.writeString(good.resolve(DataManifest.FILE), manifest);
        for (String file : List.of("training-00003.tokens", "training.documents")) {
            byte[] bytes = Files.readAllBytes(good.resolve(file));
            Files.write(good.resolve(file), Arrays.copyOf(bytes, bytes.length - 1));
            assertThrows(Problem.class, () -> PreparedData.open(good).close(), file);
            Files.delete(good.resolve(file));
            assertThrows(Problem.class, () -> PreparedData.open(good).close(), file);
            Files.write(good.resolve(file), bytes);
        }
        Files.copy(folder.resolve("out1/training-00000.tokens"), good.resolve("training-00000.tokens"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertTrue(assertThrows(Problem.class, () -> PreparedData.open(good).close()).getMessage().contains("another one"));
        Files.writeString(folder.resolve("out1/tokenizer.json"), "{}");
        try (PreparedData data = PreparedData.open(folder.resolve("out1"))) {
            assertThrows(Problem.class, data::tokenizer);
        }
        assertThrows(Problem.class, () -> PreparedData.open(folder.resolve("nowhere")));
    }
}
