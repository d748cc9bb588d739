package org.llmsys.shell.internal.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFiles;

/**
 * What the peers load to encode as we do, and what they must come to:
 *
 * <pre>
 *   tokenizer.json                  as our tokenizer writes it
 *   tokenizer.model                 SentencePiece's form, of tokenizers that have it
 *   ranks.tiktoken, pattern.txt     tiktoken's form, of byte-level tokenizers that cut by one expression
 *   texts.bin                       for each document: its bytes (int32), then UTF-8
 *   ids.bin                         for each document: its ids (int32), then the ids (int32)         all in little-endian order
 * </pre>
 */
final class PeerFolder {

    private final Path folder;

    PeerFolder(Path folder) {
        this.folder = folder;
    }

    /** @param file the file the tokenizer was read from, if it was */
    void write(Tokenizer tokenizer, Optional<Path> file, List<String> texts) {
        try {
            String json = tokenizer.toJson();
            Files.writeString(folder.resolve("tokenizer.json"), json);
            Optional<byte[]> model = model(tokenizer, file);
            if (model.isPresent()) {
                Files.write(folder.resolve("tokenizer.model"), model.get());
            }
            Optional<String> pattern = tokenizer instanceof ByteLevelTokenizer ? CutPattern.of(json) : Optional.empty();
            if (pattern.isPresent()) {
                Files.writeString(folder.resolve("pattern.txt"), pattern.get());
                Files.write(folder.resolve("ranks.tiktoken"), ranks((ByteLevelTokenizer) tokenizer, json));
            }
            texts(tokenizer, texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> model(Tokenizer tokenizer, Optional<Path> file) throws IOException {
        if (file.isPresent()) {
            TokenizerFile read = TokenizerFiles.recognize(file.get());
            if (read.form() == TokenizerFile.Form.SENTENCEPIECE) {
                return Optional.of(read.bytes());
            }
        }
        try {
            return tokenizer.files(TokenizerFile.Form.SENTENCEPIECE).map(Map::values).map(values -> values.iterator().next());
        } catch (Problem cannotSayAllOfIt) {
            return Optional.empty();
        }
    }

    /** Every token but the added ones; its id is its rank, as it is wherever ids were given in the order of the merges. Ids may have gaps. */
    private static byte[] ranks(ByteLevelTokenizer tokenizer, String json) {
        JsonObject root = JsonParser.parseString(json).getAsJsonObject();
        TreeSet<Integer> ids = new TreeSet<>();
        root.getAsJsonObject("model").getAsJsonObject("vocab").asMap().values().forEach(id -> ids.add(id.getAsInt()));
        root.getAsJsonArray("added_tokens").forEach(token -> ids.remove(token.getAsJsonObject().get("id").getAsInt()));
        StringBuilder lines = new StringBuilder();
        for (int id : ids) {
            lines.append(Base64.getEncoder().encodeToString(tokenizer.decodeBytes(new int[] {id}))).append(' ').append(id).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void texts(Tokenizer tokenizer, List<String> texts) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            content.writeBytes(littleEndian(utf8.length));
            content.writeBytes(utf8);
            int[] ids = tokenizer.encode(text, Specials.IGNORED).ids();
            expected.writeBytes(littleEndian(ids.length));
            expected.writeBytes(littleEndian(ids));
        }
        Files.write(folder.resolve("texts.bin"), content.toByteArray());
        Files.write(folder.resolve("ids.bin"), expected.toByteArray());
    }

    private static byte[] littleEndian(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(numbers);
        return bytes.array();
    }
}
