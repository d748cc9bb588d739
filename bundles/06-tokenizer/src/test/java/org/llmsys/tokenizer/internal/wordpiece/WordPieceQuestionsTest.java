package org.llmsys.tokenizer.internal.wordpiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tokenizer.Tokenizer;

/** A thousand questions in BERT's vocabulary, as another implementation cut them. */
class WordPieceQuestionsTest {

    @Test
    @DisplayName("a thousand questions give the words, the pieces and the ids that BERT's vocabulary has for them")
    void questions() throws IOException {
        String shared = System.getenv("LLMSYS_SHARED");
        Path folder = Path.of(shared == null ? "../../../shared" : shared);
        Path vocab = folder.resolve("data/tokenizers/bert/vocab.txt");
        Assumptions.assumeTrue(Files.exists(vocab), "there is no " + vocab);
        Tokenizer tokenizer = VocabText.read(Files.readAllBytes(vocab), true, false);
        JsonArray questions = json(folder.resolve("oracles/tokenizers/wordpiece/questions.json"));
        int[][] ids = new Gson().fromJson(json(folder.resolve("oracles/tokenizers/wordpiece/ids.json")), int[][].class);
        assertEquals(1000, questions.size());
        CharacterTable table = new CharacterTable(BertNormalizer.UNCASED);
        for (int i = 0; i < ids.length; i++) {
            JsonObject question = questions.get(i).getAsJsonObject();
            String text = question.get("original").getAsString();
            List<String> words = new ArrayList<>();
            new BertWords(table, 100, word -> words.add(word.toString())).cut(text, 0, text.length());
            assertEquals(strings(question.getAsJsonArray("basic")), words);
            int[] got = tokenizer.encode(text);
            assertArrayEquals(ids[i], got, text);
            assertEquals(strings(question.getAsJsonArray("wordpiece")), java.util.Arrays.stream(got).mapToObj(tokenizer::token).toList());
        }
        assertEquals(questions.size(), ids.length);
    }

    private static JsonArray json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonArray();
    }

    private static List<String> strings(JsonArray array) {
        return array.asList().stream().map(element -> element.getAsString()).toList();
    }
}
