package org.llmsys.tokenizer.internal.bytepair;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import org.llmsys.assembly.Problem;

/**
 * Writes {@code vocab.json} with {@code merges.txt}. These files say nothing but tokens and merges: whoever reads them cuts as GPT-2 does
 * and takes {@code <|endoftext|>} for the only special token, so a tokenizer that does otherwise is refused.
 */
final class VocabAndMergesWriter {

    private static final String END_OF_TEXT = "<|endoftext|>";

    private VocabAndMergesWriter() {
    }

    /** @throws Problem that names what the files cannot say */
    static Map<String, byte[]> write(BytePairTokenizer tokenizer) {
        TextSettings settings = tokenizer.settings();
        Unsaid unsaid = new Unsaid("vocab.json with merges.txt");
        unsaid.check(!settings.cut().equals(Cut.GPT2), "a cut other than GPT-2's");
        unsaid.check(settings.nfc(), "that text is composed first (NFC)");
        unsaid.check(settings.prefixSpace(), "that text gets a blank before it");
        unsaid.check(!settings.before().isEmpty() || !settings.after().isEmpty(), "the special tokens put around a text");
        for (AddedToken token : tokenizer.added()) {
            unsaid.check(!token.content().equals(END_OF_TEXT) || !token.special() || !token.isPlain(), "the added token " + token.content());
        }
        unsaid.checkMerged(tokenizer.model());
        JsonObject vocab = new JsonObject();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            int number = id;
            unsaid.check(!tokenizer.hasBytes(id) && tokenizer.added().stream().noneMatch(token -> token.id() == number),
                    "that no token has the id " + id);
            vocab.addProperty(tokenizer.token(id), id);
        }
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        mergesOf(tokenizer.model()).forEach(merge -> merges.append(merge).append('\n'));
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("vocab.json", new GsonBuilder().disableHtmlEscaping().create().toJson(vocab).getBytes(StandardCharsets.UTF_8));
        files.put("merges.txt", merges.toString().getBytes(StandardCharsets.UTF_8));
        return files;
    }

    /** {@code "left right"}, the first learned first. */
    static List<String> mergesOf(BytePairModel model) {
        return model.rules().stream().map(rule -> ByteAlphabet.write(model.tokens().bytes(rule.left()))
                + " " + ByteAlphabet.write(model.tokens().bytes(rule.right()))).toList();
    }
}
