package org.llmsys.tokenizer.internal.bytepair;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.TokenizerFile;

/**
 * What the byte-pair tokenizers have in common: special tokens are found first, the rest is handed on as UTF-8 bytes; decoding puts
 * the tokens' bytes together. A token may hold a part of a character only; its offsets then cover the whole character.
 */
abstract class BytePairTokenizer implements ByteLevelTokenizer, MergeHistory {

    /** Turns runs of bytes into tokens; made anew for each call, so it may keep working memory. */
    @FunctionalInterface
    interface RunEncoder extends AutoCloseable {
        void encode(byte[] run, IntList ids);

        @Override
        default void close() {
        }
    }

    private static final List<String> END_OF_TEXT = List.of("<|endoftext|>", "<|end_of_text|>", "</s>");

    private final BytePairModel model;
    private final TextSettings settings;
    private final List<AddedToken> added;
    private final Map<Integer, AddedToken> addedById = new HashMap<>();
    private final Map<String, Integer> addedIds = new HashMap<>();
    private final AddedTokens addedTokens;
    private final int vocabSize;

    /** @throws Problem when an added token stands twice or has the id of another token */
    BytePairTokenizer(BytePairModel model, TextSettings settings, List<AddedToken> added) {
        this.model = model;
        this.settings = settings;
        this.added = added.stream().sorted(Comparator.comparingInt(AddedToken::id)).toList();
        int largest = model.tokens().size() - 1;
        for (AddedToken token : this.added) {
            boolean taken = hasBytes(token.id()) && !ByteAlphabet.write(model.tokens().bytes(token.id())).equals(token.content());
            if (token.content().isEmpty() || taken || addedById.put(token.id(), token) != null || addedIds.put(token.content(), token.id()) != null) {
                throw Problem.failed("the vocabulary is damaged", "the special token \"" + token.content() + "\" with the id " + token.id()
                        + " is empty, stands twice, or has the id of another token", "give the file that belongs to the model");
            }
            largest = Math.max(largest, token.id());
        }
        this.vocabSize = largest + 1;
        this.addedTokens = new AddedTokens(this.added, settings.nfc());
    }

    /** Whether the model has a token with this id; an added token need not be one. */
    boolean hasBytes(int id) {
        return id >= 0 && id < model.tokens().size() && model.tokens().length(id) > 0;
    }

    /** How this tokenizer merges. */
    abstract RunEncoder encoder();

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    BytePairModel model() {
        return model;
    }

    TextSettings settings() {
        return settings;
    }

    List<AddedToken> added() {
        return added;
    }

    @Override
    public int[] ids(String text, Specials mode) {
        IntList ids = new IntList(16);
        if (mode == Specials.RECOGNIZED) {
            settings.before().forEach(ids::add);
        }
        try (RunEncoder encoder = encoder()) {
            for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
                if (piece.token() != null) {
                    ids.add(piece.token().id());
                } else {
                    encodeRun(Utf8.bytes(prepared(piece.text()), piece.start()), encoder, ids);
                }
            }
        }
        if (mode == Specials.RECOGNIZED) {
            settings.after().forEach(ids::add);
        }
        return ids.toArray();
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        boolean recognized = mode == Specials.RECOGNIZED;
        IntList ids = new IntList(16);
        if (recognized) {
            settings.before().forEach(ids::add);
        }
        int before = ids.size();
        List<AddedTokens.Piece> pieces = addedTokens.split(text, mode);
        List<byte[]> runs = new ArrayList<>();
        IntList counts = new IntList(pieces.size());
        try (RunEncoder encoder = encoder()) {
            for (AddedTokens.Piece piece : pieces) {
                int from = ids.size();
                if (piece.token() != null) {
                    ids.add(piece.token().id());
                } else {
                    runs.add(Utf8.bytes(prepared(piece.text()), piece.start()));
                    encodeRun(runs.getLast(), encoder, ids);
                }
                counts.add(ids.size() - from);
            }
        }
        if (recognized) {
            settings.after().forEach(ids::add);
        }
        TokenOffsets offsets = new TokenOffsets(model.tokens(), ids, before, text.length());
        Iterator<byte[]> run = runs.iterator();
        for (int i = 0; i < pieces.size(); i++) {
            offsets.add(pieces.get(i), counts.get(i), pieces.get(i).token() == null ? run.next() : null);
        }
        return offsets.encoding();
    }

    private static void encodeRun(byte[] run, RunEncoder encoder, IntList ids) {
        ids.expect(run.length / 3);
        encoder.encode(run, ids);
    }

    private String prepared(String run) {
        return settings.prefixSpace() && !run.startsWith(" ") ? " " + run : run;
    }

    @Override
    public int[] encodeBytes(byte[] bytes) {
        IntList ids = new IntList(bytes.length / 3);
        try (RunEncoder encoder = encoder()) {
            encoder.encode(bytes, ids);
        }
        return ids.toArray();
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int id : ids) {
            bytes.writeBytes(bytesOf(id));
        }
        return bytes.toByteArray();
    }

    @Override
    public String decode(int[] ids) {
        return new String(decodeBytes(ids), StandardCharsets.UTF_8);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new Utf8Stream(this::bytesOf);
    }

    private byte[] bytesOf(int id) {
        if (hasBytes(id)) {
            return model.tokens().bytes(id);
        }
        return addedToken(id).content().getBytes(StandardCharsets.UTF_8);
    }

    private AddedToken addedToken(int id) {
        AddedToken token = addedById.get(id);
        if (token == null) {
            throw Problem.failed("cannot decode the id " + id, id >= 0 && id < vocabSize ? "the vocabulary has no token with this id"
                    : "the vocabulary has ids 0 to " + (vocabSize - 1), "decode ids of this tokenizer only");
        }
        return token;
    }

    /** The token's bytes in GPT-2's visible alphabet ({@code Ġthe} for {@code " the"}), or the special token. */
    @Override
    public String token(int id) {
        if (hasBytes(id)) {
            return ByteAlphabet.write(model.tokens().bytes(id));
        }
        return addedToken(id).content();
    }

    @Override
    public Optional<Integer> id(String token) {
        if (addedIds.containsKey(token)) {
            return Optional.of(addedIds.get(token));
        }
        byte[] bytes = ByteAlphabet.read(token);
        int id = bytes == null || bytes.length == 0 ? -1 : model.tokens().id(bytes, 0, bytes.length);
        return id < 0 ? Optional.empty() : Optional.of(id);
    }

    @Override
    public Optional<Integer> endOfText() {
        return END_OF_TEXT.stream().filter(addedIds::containsKey).map(addedIds::get).findFirst();
    }

    /** The merges by rank. A file of ranks does not say which two tokens made a third: then every two that do are here. */
    @Override
    public List<Merge> merges() {
        List<Merge> merges = new ArrayList<>(model.rules().size());
        for (BytePairModel.Rule rule : model.rules()) {
            merges.add(new Merge(rule.id(), token(rule.left()), token(rule.right()), token(rule.id()), rule.count()));
        }
        return merges;
    }

    @Override
    public String toJson() {
        return ByteBpeJson.write(this);
    }

    /** As {@code vocab.json} with {@code merges.txt}, as tiktoken's ranks, or as the metadata of a GGUF file. */
    @Override
    public Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
        return switch (form) {
            case VOCAB_AND_MERGES -> Optional.of(VocabAndMergesWriter.write(this));
            case TIKTOKEN -> Optional.of(Map.of("tokenizer.tiktoken", RankFileWriter.write(this)));
            case GGUF -> Optional.of(Map.of("tokenizer.gguf", GgufVocabularyWriter.write(this)));
            default -> Optional.empty();
        };
    }
}
