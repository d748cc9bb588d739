package org.llmsys.tokenizer.internal.wordpiece;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * The WordPiece vocabulary in the metadata of a GGUF file: {@code tokenizer.ggml.model} is {@code bert}. There the first piece of a word is
 * marked, by the sign U+2581, and pieces inside are not:
 *
 * <pre>
 *   vocab.txt:  un        ##aff   [CLS]
 *   GGUF:       &#9601;un       aff     [CLS]
 * </pre>
 *
 * <p>Texts are cut as BERT's own tokenizer does, also where llama.cpp differs: it keeps accents when it makes letters small, and knows no
 * longest word. A file that does not say whether letters are made small is judged by its tokens, as a {@code vocab.txt} is. The ends
 * ({@code [CLS]}, {@code [SEP]}) are put around a text unless {@code add_bos_token} and {@code add_eos_token} say no.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">The format</a>
 */
final class BertGguf {

    private static final String KEYS = "tokenizer.ggml.";
    private static final String MODEL = "bert";
    private static final String BEGINS = "\u2581";
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private BertGguf() {
    }

    /**
     * @return empty when the file's tokenizer is of another kind
     * @throws Problem when it is damaged
     */
    static Optional<Tokenizer> read(GgufFile file) {
        if (!file.text(KEYS + "model").orElse("").equals(MODEL)) {
            return Optional.empty();
        }
        List<GgufValue.Text> texts = file.texts(KEYS + "tokens").orElseThrow(() -> damaged("it has no " + KEYS + "tokens")).values();
        if (texts.size() > WordPieceJson.MOST_TOKENS) {
            throw damaged("it has more than " + WordPieceJson.MOST_TOKENS + " tokens");
        }
        Optional<GgufValue.Wholes> types = file.wholes(KEYS + "token_type");
        if (types.isPresent() && types.get().size() != texts.size()) {
            throw damaged("it has " + texts.size() + " tokens and " + types.get().size() + " token types");
        }
        List<String> tokens = new ArrayList<>(texts.size());
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < texts.size(); id++) {
            long type = types.isPresent() ? types.get().get(id) : NORMAL;
            String token = type == NORMAL ? token(texts.get(id).text()) : texts.get(id).text();
            tokens.add(token);
            if (type == CONTROL || type == USER_DEFINED || WordPieceSettings.SPECIALS.contains(token)) {
                added.add(new AddedToken(token, type != USER_DEFINED));
            }
        }
        BitSet pieces = new BitSet(tokens.size());
        pieces.set(0, tokens.size());
        return Optional.of(new WordPieceTokenizer(new Vocabulary(tokens), pieces, added, settings(file, tokens)));
    }

    private static WordPieceSettings settings(GgufFile file, List<String> tokens) {
        boolean lowerCase = file.flag(KEYS + "normalizer.lowercase").orElse(!VocabText.hasCapitals(tokens));
        boolean stripAccents = file.flag(KEYS + "normalizer.strip_accents").orElse(lowerCase);
        return new WordPieceSettings(new BertNormalizer(true, true, stripAccents, lowerCase),
                end(file, "add_bos_token", tokens, WordPieceSettings.BEGIN, "cls_token_id", "bos_token_id"),
                end(file, "add_eos_token", tokens, WordPieceSettings.END, "seperator_token_id", "eos_token_id"),
                named(file, tokens, "unknown_token_id").orElse(WordPieceSettings.UNKNOWN), WordPieceSettings.PREFIX,
                WordPieceSettings.MAX_CHARACTERS, true);
    }

    /** The token at one end of a text: the first of these keys that is there names it, else it is the one that BERT has. */
    private static List<String> end(GgufFile file, String flag, List<String> tokens, String usual, String... keys) {
        if (!file.flag(KEYS + flag).orElse(true)) {
            return List.of();
        }
        for (String key : keys) {
            Optional<String> token = named(file, tokens, key);
            if (token.isPresent()) {
                return List.of(token.get());
            }
        }
        return tokens.contains(usual) ? List.of(usual) : List.of();
    }

    private static Optional<String> named(GgufFile file, List<String> tokens, String key) {
        return file.whole(KEYS + key).map(id -> {
            if (id < 0 || id >= tokens.size()) {
                throw damaged("its " + KEYS + key + " is " + id + ", not one of 0 to " + (tokens.size() - 1));
            }
            return tokens.get(id.intValue());
        });
    }

    /** As vocab.txt has it. Older files do not mark names in brackets. */
    private static String token(String marked) {
        return marked.startsWith(BEGINS) ? marked.substring(1) : isName(marked) ? marked : WordPieceSettings.PREFIX + marked;
    }

    private static boolean isName(String token) {
        return token.length() > 2 && token.startsWith("[") && token.endsWith("]");
    }

    /** @throws Problem when a file of this form would be read as another tokenizer than this one */
    static byte[] write(WordPieceTokenizer tokenizer) {
        WordPieceSettings settings = tokenizer.settings();
        requirePlain(tokenizer);
        Map<String, Boolean> added = new LinkedHashMap<>();
        tokenizer.added().forEach(token -> added.put(token.content(), token.special()));
        List<String> marked = new ArrayList<>();
        int[] types = new int[tokenizer.vocabSize()];
        Set<String> seen = new HashSet<>();
        for (int id = 0; id < types.length; id++) {
            String token = tokenizer.token(id);
            boolean inside = token.startsWith(WordPieceSettings.PREFIX) && token.length() > WordPieceSettings.PREFIX.length();
            types[id] = !added.containsKey(token) ? NORMAL : added.get(token) ? CONTROL : USER_DEFINED;
            String text = types[id] != NORMAL ? token : inside ? token.substring(WordPieceSettings.PREFIX.length()) : BEGINS + token;
            if (!seen.add(text) || types[id] == NORMAL && !token(text).equals(token)) {
                throw cannotSay("the token \"" + token + "\" besides the others");
            }
            marked.add(text);
        }
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", GgufValue.of(MODEL));
        metadata.put(KEYS + "model", GgufValue.of(MODEL));
        metadata.put(KEYS + "pre", GgufValue.of("default"));
        metadata.put(KEYS + "tokens", GgufValue.of(marked));
        metadata.put(KEYS + "token_type", GgufValue.of(types));
        metadata.put(KEYS + "normalizer.lowercase", GgufValue.of(settings.normalizer().lowerCase()));
        metadata.put(KEYS + "normalizer.strip_accents", GgufValue.of(settings.normalizer().stripAccents()));
        metadata.put(KEYS + "add_bos_token", GgufValue.of(!settings.before().isEmpty()));
        metadata.put(KEYS + "add_eos_token", GgufValue.of(!settings.after().isEmpty()));
        putId(metadata, tokenizer, "unknown_token_id", settings.unknown());
        String first = settings.before().isEmpty() ? WordPieceSettings.BEGIN : settings.before().getFirst();
        String last = settings.after().isEmpty() ? WordPieceSettings.END : settings.after().getFirst();
        putId(metadata, tokenizer, "bos_token_id", first);
        putId(metadata, tokenizer, "cls_token_id", first);
        putId(metadata, tokenizer, "eos_token_id", last);
        putId(metadata, tokenizer, "seperator_token_id", last);                        // spelled so in the files there are
        putId(metadata, tokenizer, "padding_token_id", "[PAD]");
        putId(metadata, tokenizer, "mask_token_id", "[MASK]");
        return GgufWriter.header(metadata, List.of());
    }

    private static void putId(Map<String, GgufValue> metadata, WordPieceTokenizer tokenizer, String key, String token) {
        tokenizer.id(token).ifPresent(id -> metadata.put(KEYS + key, GgufValue.of((long) id)));
    }

    private static void requirePlain(WordPieceTokenizer tokenizer) {
        WordPieceSettings settings = tokenizer.settings();
        if (!settings.normalizer().cleanText() || !settings.normalizer().ideographs()) {
            throw cannotSay("that control characters stay, or that ideographs are not parted");
        }
        if (settings.before().size() > 1 || settings.after().size() > 1) {
            throw cannotSay("that several tokens stand at an end");
        }
        if (!tokenizer.added().stream().allMatch(AddedToken::isPlain)) {
            throw cannotSay("that an added token takes white space along, or must be a word");
        }
        List<String> names = tokenizer.added().stream().map(AddedToken::content).toList();
        for (String token : WordPieceSettings.SPECIALS) {
            if (tokenizer.id(token).isPresent() && !names.contains(token)) {
                throw cannotSay("that " + token + " in a text is ordinary text");
            }
        }
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            if (!tokenizer.isPiece(id) && !(tokenizer.token(id).startsWith("[") && tokenizer.token(id).endsWith("]"))) {
                throw cannotSay("that words are not cut into the token \"" + tokenizer.token(id) + "\"");
            }
        }
        settings.requireBert("a GGUF file");
    }

    private static Problem cannotSay(String what) {
        return WordPieceSettings.cannotSay("a GGUF file", what);
    }

    private static Problem damaged(String why) {
        return Problem.failed("cannot read the GGUF file's tokenizer", why, "get an undamaged copy of the file");
    }
}
