package org.llmsys.tokenizer.internal.wordpiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;

class WordPieceTest {

    /** ids:                      0     1     2     3     4      5  6     7      8  9    10  11    12   13 */
    private static final String VOCAB = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\n!\nhello\n\u4E2D\nwant\n##ed\nunable\n";

    private final Tokenizer tokenizer = VocabText.read(bytes(VOCAB), true, false);

    @Test
    @DisplayName("the longest piece first: unaffable is un ##aff ##able, unable is one, and a word with a rest nobody begins is [UNK]")
    void byHand() {
        assertArrayEquals(new int[] {5, 6, 7}, tokenizer.encode("unaffable"));
        assertArrayEquals(new int[] {13, 11, 12, 8}, tokenizer.encode("unable wanted!"));
        assertArrayEquals(new int[] {1, 8}, tokenizer.encode("unwanted!"));
        assertArrayEquals(new int[0], tokenizer.encode(" \t\n"));
    }

    @Test
    @DisplayName("capitals, accents (composed or not), controls and ideographs are normalized, and offsets count the original's units")
    void normalization() {
        Encoding encoding = tokenizer.encode("  H\u00C9l\u0000lo\u4E2Dhe\u0301llo", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {9, 10, 9}, encoding.ids());
        assertArrayEquals(new int[] {2, 8, 9}, encoding.starts());
        assertArrayEquals(new int[] {8, 9, 15}, encoding.ends());
        Encoding pieces = tokenizer.encode("\u00DCNAFF\u00C1BLE", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {5, 6, 7}, pieces.ids());
        assertArrayEquals(new int[] {0, 2, 5}, pieces.starts());
        assertArrayEquals(new int[] {2, 5, 9}, pieces.ends());
    }

    @Test
    @DisplayName("a vocabulary without capitals means lower-casing; a sign that has no small form is no capital")
    void caseTakenFromTheTokens() {
        assertArrayEquals(new int[] {1}, VocabText.read(bytes("[UNK]\nhello\n\u211D\n")).encode("Hello"));
        assertArrayEquals(new int[] {0}, VocabText.read(bytes("[UNK]\nhello\nB\n")).encode("Hello"));
    }

    @Test
    @DisplayName("without lower-casing the capital counts; without accent stripping a capital I with dot is two characters when small")
    void options() {
        assertArrayEquals(new int[] {1, 9}, VocabText.read(bytes(VOCAB), false, false).encode("Hello hello"));
        assertEquals(List.of("i\u0307"), words(new BertNormalizer(false, false, false, true), "\u0130"));
        assertEquals(List.of("A\u0000\u4E2D\uD83D\uDE00"), words(BertNormalizer.NONE, "A\u0000\u4E2D\uD83D\uDE00"));
    }

    @Test
    @DisplayName("punctuation is what BERT says: all ASCII marks and Unicode's P*, not a currency sign beyond ASCII")
    void punctuation() {
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00BF\u2014\u3002".codePoints().forEach(c -> assertTrue(BertCharacters.isPunctuation(c), Character.toString(c)));
        "aZ09 \u007F\u20AC\u00E9\u4E2D\u00B0".codePoints().forEach(c -> assertFalse(BertCharacters.isPunctuation(c), Character.toString(c)));
    }

    @Test
    @DisplayName("[CLS] and [SEP] are put around a text when asked for; special tokens in it are recognized, ignored or refused")
    void specials() {
        Tokenizer ends = VocabText.read(bytes(VOCAB));
        assertArrayEquals(new int[] {2, 9, 4, 3}, ends.encode("Hello [MASK]"));
        assertArrayEquals(new int[] {9}, ends.encode("hello", Specials.IGNORED).ids());
        assertArrayEquals(new int[] {9, 1, 1, 1}, ends.encode("hello[MASK]", Specials.IGNORED).ids());
        assertThrows(Problem.class, () -> ends.encode("hello [MASK]", Specials.REFUSED));
        assertEquals(3, ends.endOfText().orElseThrow());
    }

    @Test
    @DisplayName("an added token may take white space along or be refused inside a word; ids and offsets as Hugging Face tokenizers 0.23 gives them")
    void addedTokenFlags() {
        String json = tokenizer.toJson().replaceFirst("(?s)(\"content\": \"\\[MASK\\]\",\\s*\"single_word\": )false(,\\s*\"lstrip\": )false(,\\s*\"rstrip\": )false",
                "$1false$2true$3true").replaceFirst("(?s)(\"content\": \"\\[PAD\\]\",\\s*\"single_word\": )false", "$1true");
        Tokenizer flags = new WordPieceType().read(json);
        Encoding encoding = flags.encode("hello \t[MASK]  ! [PAD]! [PAD]a", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {9, 4, 8, 0, 8, 1, 1, 1, 1}, encoding.ids());
        assertArrayEquals(new int[] {0, 5, 15, 17, 22, 24, 25, 28, 29}, encoding.starts());
        assertArrayEquals(new int[] {5, 15, 16, 22, 23, 25, 28, 29, 30}, encoding.ends());
        assertEquals(flags.toJson(), new WordPieceType().read(flags.toJson()).toJson());
    }

    @Test
    @DisplayName("a word of 100 characters is cut, one of 101 is unknown, and characters beyond 16 bits count once")
    void longWords() {
        Tokenizer letters = VocabText.read(bytes("[UNK]\na\n##a\n\uD83D\uDE00\n##\uD83D\uDE00\n"), true, false);
        assertEquals(100, letters.encode("a".repeat(100)).length);
        assertArrayEquals(new int[] {0}, letters.encode("a".repeat(101)));
        assertEquals(100, letters.encode("\uD83D\uDE00".repeat(100)).length);
        assertArrayEquals(new int[] {0}, letters.encode("\uD83D\uDE00".repeat(101)));
        assertArrayEquals(new int[] {0}, letters.encode("a".repeat(1 << 20)));
    }

    @Test
    @DisplayName("decoding joins pieces and cleans up before marks; the streamed parts put together are the same")
    void decoding() {
        int[] ids = {11, 12, 5, 6, 7, 8, 3};
        assertEquals("wanted unaffable! [SEP]", tokenizer.decode(ids));
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        assertEquals(tokenizer.decode(ids), text + decoder.finish());
        assertThrows(Problem.class, () -> tokenizer.decode(new int[] {14}));
    }

    @Test
    @DisplayName("tokenizer.json: written and read again it is the same; BertProcessing is read too")
    void files() {
        for (Tokenizer one : List.of(tokenizer, VocabText.read(bytes(VOCAB)), VocabText.read(bytes(VOCAB), false, true))) {
            Tokenizer again = new WordPieceType().read(one.toJson());
            assertEquals(one.toJson(), again.toJson());
            assertArrayEquals(one.encode("Hello unaffable"), again.encode("Hello unaffable"));
        }
        String json = tokenizer.toJson().replace("\"post_processor\": null",
                "\"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}");
        assertArrayEquals(new int[] {2, 9, 3}, new WordPieceType().read(json).encode("hello"));
    }

    @Test
    @DisplayName("a part that is not BERT's is refused by its name, and damaged files with a reason")
    void badFiles() {
        String good = VocabText.read(bytes(VOCAB)).toJson();
        for (String part : List.of("BertNormalizer", "BertPreTokenizer", "TemplateProcessing")) {
            Problem problem = assertThrows(Problem.class, () -> new WordPieceType().read(good.replace(part, "Foreign")));
            assertTrue(problem.why().contains("Foreign"), problem.why());
        }
        Stream.of("", "{}", "[".repeat(100_000), good.replace("\"want\": 11", "\"want\": 99"), good.replace("\"want\": 11", "\"want\": 10"),
                good.replace("\"want\": 11", "\"want\": {}"), good.replace("\"normalized\": false", "\"normalized\": true"),
                good.replace("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"none\""), good.substring(0, good.length() / 2))
                .forEach(bad -> assertThrows(Problem.class, () -> new WordPieceType().read(bad), bad.substring(0, Math.min(80, bad.length()))));
        for (byte[] bad : List.of(bytes(""), bytes("a\n\n[UNK]\n"), bytes("[UNK]\na\na\n"), bytes("a\n"), new byte[] {(byte) 0xFF})) {
            assertThrows(Problem.class, () -> VocabText.read(bad));
        }
        assertThrows(Problem.class, () -> tokenizer.encode("a\uD83D"));
    }

    private static List<String> words(BertNormalizer normalizer, String text) {
        List<String> words = new ArrayList<>();
        new BertWords(new CharacterTable(normalizer), 100, word -> words.add(word.toString())).cut(text, 0, text.length());
        return words;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
