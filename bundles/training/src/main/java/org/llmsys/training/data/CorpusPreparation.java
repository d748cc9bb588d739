package org.llmsys.training.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.training.Dataset;
import org.llmsys.training.data.DocumentStream.Piece;

/**
 * From texts to a folder of token ids that {@link PreparedData} opens.
 *
 * <pre>
 *   texts --documents--&gt; pieces --clean, encode--&gt; ids, the separator's behind each document --&gt; spool on disk
 *   spool --split, order--&gt; training-00000.tokens, ..., training.documents, validation-00000.tokens, ...
 *                            data.json, tokenizer.json
 * </pre>
 *
 * <p>Memory is bounded whatever the size of the texts: a document is read in pieces of about a million characters. Meanwhile the disk holds
 * the ids twice. The folder appears whole or not at all. The same texts, tokenizer and settings give the same bytes.
 *
 * <p>The separator is the token of the separator's own text, else the tokenizer's end of text, else the separator's text as ordinary tokens,
 * else none. When all texts are one document, the last share of its ids is kept for validation.
 *
 * <p>Errors: a {@link Problem} for texts that cannot be read, hold no document, or have characters the vocabulary cannot express;
 * {@link CancellationException} when the job is cancelled.
 *
 * <pre>{@code
 * DataManifest manifest = new CorpusPreparation(tokenizer, CorpusSettings.DEFAULTS).prepare(TextInput.of(path), out, Job.silent("prepare"));
 * }</pre>
 */
public final class CorpusPreparation {

    private static final String TOKENIZER = "tokenizer.json";
    private static final String SHARD = ".tokens";
    private static final String INDEX = ".documents";
    private static final int LONGEST_SEPARATOR = 64;

    private final Tokenizer tokenizer;
    private final CorpusSettings settings;
    private final AtomicFiles files;

    public CorpusPreparation(Tokenizer tokenizer, CorpusSettings settings) {
        this(tokenizer, settings, AtomicFiles.ON_DISK);
    }

    CorpusPreparation(Tokenizer tokenizer, CorpusSettings settings, AtomicFiles files) {
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.files = files;
    }

    /** Whether a file of this name in a folder of prepared data was written with it. */
    public static boolean owns(String name) {
        return name.equals(DataManifest.FILE) || name.equals(TOKENIZER) || name.endsWith(SHARD) || name.endsWith(INDEX);
    }

    /** Writes the folder, in place of an older one. @param job told of bytes read */
    public DataManifest prepare(List<TextInput> texts, Path out, Job job) {
        String json = tokenizer.toJson();
        DataManifest[] manifest = new DataManifest[1];
        job.total(texts.stream().anyMatch(text -> text.bytes() < 0) ? 0 : texts.stream().mapToLong(TextInput::bytes).sum());
        files.writeFolder(out, CorpusPreparation::owns, draft -> {
            int[] separator = separator();
            try (DocumentSpool spool = new DocumentSpool(draft.folder(), tokenizer.vocabSize(), separator)) {
                read(texts, spool, job);
                spool.seal();
                manifest[0] = write(draft, spool, json, separator, job);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            draft.file(TOKENIZER, sink -> sink.write(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))));
            draft.text(DataManifest.FILE, manifest[0].toJson());
        });
        return manifest[0];
    }

    /**
     * The cleaned documents of texts, a line end between them, up to a length: what a tokenizer can learn its vocabulary from.
     *
     * @param most characters, about
     */
    public static String sample(List<TextInput> texts, CorpusSettings settings, int most, Job job) {
        StringBuilder sample = new StringBuilder();
        forEachPiece(texts, settings, job, piece -> {
            sample.append(settings.cleaning().clean(piece.text())).append(piece.last() ? "\n" : "");
            return sample.length() < most;
        });
        return sample.toString();
    }

    /** The ids that stand behind each document; none when the vocabulary has no way to say it. */
    private int[] separator() {
        String text = switch (settings.separator()) {
            case DocumentSeparator.None() -> "";
            case DocumentSeparator.Text(String own) -> own;
            case DocumentSeparator.Line(String own) -> own + "\n";
            case DocumentSeparator.BlankLines() -> "\n";
        };
        Optional<Integer> token = text.isBlank() ? Optional.empty() : tokenizer.id(text.strip());
        token = token.or(tokenizer::endOfText);
        if (token.isPresent() || text.isEmpty()) {
            return token.map(id -> new int[] {id}).orElse(new int[0]);
        }
        try {
            int[] ids = tokenizer.encode(text, Specials.IGNORED).ids();
            return ids.length <= LONGEST_SEPARATOR ? ids : new int[0];
        } catch (Problem notInTheVocabulary) {
            return new int[0];
        }
    }

    private void read(List<TextInput> texts, DocumentSpool spool, Job job) {
        try (OrderedEncoding encoding = new OrderedEncoding(tokenizer, settings.cleaning(), settings.threads(), spool::add)) {
            forEachPiece(texts, settings, job, piece -> {
                encoding.add(piece);
                return true;
            });
            encoding.finish();
        }
        if (spool.documents() == 0) {
            throw Problem.failed("there is nothing to prepare", "the texts hold no document that is not blank",
                    "give texts, and the separator they have");
        }
    }

    /** What is done with a piece; says whether to go on. */
    @FunctionalInterface
    private interface PieceReader {
        boolean read(Piece piece);
    }

    private static void forEachPiece(List<TextInput> texts, CorpusSettings settings, Job job, PieceReader reader) {
        long before = 0;
        for (TextInput text : texts) {
            try (CountedInput in = new CountedInput(text.opener().open())) {
                DocumentStream documents = DocumentStream.of(text, in, settings);
                long told = before;
                for (Piece piece = documents.next(); piece != null; piece = documents.next()) {
                    if (!reader.read(piece)) {
                        return;
                    }
                    if (before + in.count() > told) {
                        told = before + in.count();
                        job.advance(told);
                    }
                    stopIfInterrupted();
                }
                before += in.count();
            } catch (IOException e) {
                throw new Problem("cannot read the text " + text.name(), e.toString(), "check the file and its disk", Problem.FAILED, e);
            }
        }
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("preparing the data was interrupted; nothing was written");
        }
    }

    private DataManifest write(AtomicFiles.Draft draft, DocumentSpool spool, String json, int[] separator, Job job) throws IOException {
        boolean oneDocument = spool.documents() == 1 && settings.validation() > 0;
        long cut = (long) (spool.tokens() * (1 - settings.validation()));
        DocumentEnds ends = oneDocument ? DocumentEnds.of(cut, spool.tokens()) : spool.ends();
        DocumentOrder order = DocumentOrder.of(spool.documents(), settings);
        CRC32C check = new CRC32C();
        check.update(json.getBytes(StandardCharsets.UTF_8));
        PartWriter writer = new PartWriter(draft, spool.ids(), ends, tokenizer.vocabSize(), (int) check.getValue(), settings.shardTokens(), job);
        DataManifest.Part training = writer.write("training", oneDocument ? () -> LongStream.of(0) : () -> documents(order, false));
        DataManifest.Part validation = writer.write("validation", oneDocument ? () -> LongStream.of(1) : () -> documents(order, true));
        return new DataManifest(DataManifest.FORMAT, DataManifest.VERSION, TOKENIZER, tokenizer.type(), Dataset.fingerprint(json),
                tokenizer.vocabSize(), Arrays.stream(separator).boxed().toList(), DataManifest.Settings.of(settings), training, validation);
    }

    private static LongStream documents(DocumentOrder order, boolean validation) {
        return LongStream.range(0, order.documents()).map(place -> order.at(place, validation)).filter(document -> document >= 0);
    }

    /** A part's documents, each time from the first. */
    @FunctionalInterface
    private interface Documents {
        LongStream inOrder();
    }

    private record PartWriter(AtomicFiles.Draft draft, TokenSource ids, DocumentEnds ends, int vocabSize, int tokenizer, long shardTokens, Job job) {

        private DataManifest.Part write(String name, Documents documents) throws IOException {
            long count = documents.inOrder().count();
            long tokens = documents.inOrder().map(this::length).sum();
            if (tokens == 0) {
                return DataManifest.Part.NONE;
            }
            DocumentCursor cursor = new DocumentCursor(ids, ends, documents.inOrder());
            List<DataManifest.Shard> shards = new ArrayList<>();
            for (long done = 0; done < tokens; done += shardTokens) {
                String file = String.format("%s-%05d%s", name, shards.size(), SHARD);
                ShardHeader header = ShardHeader.of(Math.min(shardTokens, tokens - done), vocabSize, tokenizer);
                job.say("writing " + file);
                draft.file(file, TokenShard.content(header, (into, length) -> {
                    job.checkpoint();
                    stopIfInterrupted();
                    cursor.next(into, length);
                }));
                shards.add(new DataManifest.Shard(file, header.count(), check(draft.folder().resolve(file))));
            }
            long[] end = {0};
            PrimitiveIterator.OfLong inOrder = documents.inOrder().iterator();
            draft.file(name + INDEX, DocumentIndex.content(count, () -> end[0] += length(inOrder.nextLong())));
            return new DataManifest.Part(count, tokens, name + INDEX, shards);
        }

        private long length(long document) {
            return ends.end(document) - ends.start(document);
        }

        private static String check(Path file) {
            try (TokenShard shard = TokenShard.open(file)) {
                return PreparedData.hex(shard.check());
            }
        }
    }
}
