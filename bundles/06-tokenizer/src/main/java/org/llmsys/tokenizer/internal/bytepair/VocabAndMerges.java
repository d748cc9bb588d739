package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

/**
 * GPT-2's pair of files: {@code vocab.json} ({@code encoder.json}), token to id, and {@code merges.txt} ({@code vocab.bpe}), a merge a
 * line, the first learned first. Tokens are written in {@link ByteAlphabet}.
 */
public final class VocabAndMerges {

    private static final String END_OF_TEXT = "<|endoftext|>";

    private VocabAndMerges() {
    }

    /**
     * The tokenizer of these two files, with GPT-2's cut; {@code <|endoftext|>} is special if it is in the vocabulary.
     *
     * @throws Problem for damaged files, and for merges whose parts or result are not in the vocabulary
     */
    public static ByteLevelTokenizer read(String vocabJson, String mergesText) {
        Map<String, Integer> vocabulary;
        try {
            JsonObject root = JsonParser.parseString(vocabJson).getAsJsonObject();
            vocabulary = HfFields.vocabulary(root);
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw HfFields.damaged("vocab.json is not a JSON object of tokens and ids");
        }
        List<String[]> merges = new ArrayList<>();
        for (String line : (Iterable<String>) mergesText.lines()::iterator) {
            if (!line.isBlank() && !(merges.isEmpty() && line.startsWith("#version"))) {
                merges.add(parts(line));
            }
        }
        Integer end = vocabulary.get(END_OF_TEXT);
        List<AddedToken> added = end == null ? List.of() : List.of(new AddedToken(end, END_OF_TEXT, true));
        return new ByteBpeTokenizer(model(vocabulary, merges, added, false), TextSettings.of(Cut.GPT2), added);
    }

    /**
     * The tokenizer of lists such as a GGUF file has.
     *
     * @param tokens token i has the id i
     * @param merges {@code "left right"}, in order
     * @param added  those of the tokens that are found before anything is cut
     * @param anyWhole whether a piece that is a token becomes it without merging
     */
    static ByteLevelTokenizer of(List<String> tokens, List<String> merges, TextSettings settings, List<AddedToken> added, boolean anyWhole) {
        if (tokens.isEmpty() || tokens.size() > RankFile.MOST_TOKENS) {
            throw HfFields.damaged("it has " + tokens.size() + " tokens; 1 to " + RankFile.MOST_TOKENS + " are possible");
        }
        Map<String, Integer> vocabulary = new HashMap<>(2 * tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            if (vocabulary.put(tokens.get(id), id) != null) {
                throw HfFields.damaged("the token \"" + tokens.get(id) + "\" stands in the vocabulary twice");
            }
        }
        return new ByteBpeTokenizer(model(vocabulary, merges.stream().map(VocabAndMerges::parts).toList(), added, anyWhole), settings, added);
    }

    /** The two parts of {@code "left right"}. */
    static String[] parts(String merge) {
        int blank = merge.indexOf(' ');
        if (blank <= 0 || blank == merge.length() - 1 || merge.indexOf(' ', blank + 1) >= 0) {
            throw HfFields.damaged("the merge \"" + merge + "\" is not two tokens with a blank between them");
        }
        return new String[] {merge.substring(0, blank), merge.substring(blank + 1)};
    }

    /** Checks every id and every merge. */
    static BytePairModel model(Map<String, Integer> vocabulary, List<String[]> merges, List<AddedToken> added, boolean anyWhole) {
        if (merges.size() > RankFile.MOST_TOKENS) {
            throw HfFields.damaged("it has " + merges.size() + " merges; at most " + RankFile.MOST_TOKENS + " are possible");
        }
        Map<Integer, String> addedById = new HashMap<>();
        for (AddedToken token : added) {
            addedById.put(token.id(), token.content());
            Integer known = vocabulary.get(token.content());
            if (known != null && known != token.id()) {
                throw HfFields.damaged("the added token \"" + token.content() + "\" has the id " + token.id() + ", and " + known + " in the vocabulary");
            }
        }
        byte[][] bytes = new byte[vocabulary.values().stream().mapToInt(id -> id).max().orElse(-1) + 1][];
        for (Map.Entry<String, Integer> entry : vocabulary.entrySet()) {
            // an added token that is not written in the alphabet is no token of the model: it is found in the text only
            byte[] token = ByteAlphabet.read(entry.getKey());
            boolean isAdded = entry.getKey().equals(addedById.get(entry.getValue()));
            if ((token == null || token.length == 0 || token.length > RankFile.LONGEST_TOKEN) && !isAdded) {
                throw HfFields.damaged("the token \"" + entry.getKey() + "\" is not written in the byte-level alphabet");
            }
            if (bytes[entry.getValue()] != null) {
                throw HfFields.damaged("the id " + entry.getValue() + " stands in the vocabulary twice");
            }
            bytes[entry.getValue()] = token == null ? new byte[0] : token;
        }
        for (int id = 0; id < bytes.length; id++) {
            if (bytes[id] == null) {
                if (!addedById.containsKey(id)) {
                    throw HfFields.damaged("no token has the id " + id);
                }
                bytes[id] = new byte[0];
            }
        }
        List<Rule> rules = new ArrayList<>(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            String[] parts = merges.get(rank);
            rules.add(new Rule(idOf(parts[0], vocabulary, rank), idOf(parts[1], vocabulary, rank), idOf(parts[0] + parts[1], vocabulary, rank)));
        }
        return BytePairModel.ofRules(List.of(bytes), rules, anyWhole);
    }

    private static int idOf(String token, Map<String, Integer> vocabulary, int rank) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw HfFields.damaged("merge " + rank + " is about the token \"" + token + "\", which is not in the vocabulary");
        }
        return id;
    }
}
