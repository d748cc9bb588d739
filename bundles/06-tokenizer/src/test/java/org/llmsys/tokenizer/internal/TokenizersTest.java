package org.llmsys.tokenizer.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class TokenizersTest {

    private final TokenizerType chars = new CharTokenizerType();
    private final TokenizerType words = new WhitespaceTokenizerType();

    @Test
    @DisplayName("char: \"cab\" over the vocabulary a b c is 2 0 1, whatever the order in the training text")
    void charsByHand() {
        Tokenizer tokenizer = train(chars, "bcacab");
        assertEquals(3, tokenizer.vocabSize());
        assertArrayEquals(new int[] {2, 0, 1}, tokenizer.encode("cab"));
        assertEquals("cab", tokenizer.decode(new int[] {2, 0, 1}));
    }

    @Test
    @DisplayName("char: characters beyond 16 bits are one token, and offsets count UTF-16 units")
    void charsBeyondTheBasicPlane() {
        Tokenizer tokenizer = train(chars, "a\uD83D\uDE00\u00E9\uFFFD");
        Encoding encoding = tokenizer.encode("\u00E9\uD83D\uDE00a", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {1, 3, 0}, encoding.ids());
        assertArrayEquals(new int[] {0, 1, 3}, encoding.starts());
        assertArrayEquals(new int[] {1, 3, 4}, encoding.ends());
        assertEquals("\u00E9\uD83D\uDE00a", tokenizer.decode(encoding.ids()));
    }

    @Test
    @DisplayName("char: an unknown character is an error that shows it, its code point and its place")
    void charsRefuseTheUnknown() {
        Problem problem = assertThrows(Problem.class, () -> train(chars, "abc").encode("ab\u00E9"));
        assertTrue(problem.getMessage().contains("U+00E9"));
        assertTrue(problem.why().contains("character 2"));
    }

    @Test
    @DisplayName("whitespace: words by frequency after <unk>; unknown words are <unk>; blanks fold into one")
    void wordsByHand() {
        Tokenizer tokenizer = train(words, "the cat and the dog\n and\tthe bird");
        assertEquals(List.of("<unk>", "the", "and", "bird", "cat", "dog"),
                List.of(tokenizer.token(0), tokenizer.token(1), tokenizer.token(2), tokenizer.token(3), tokenizer.token(4), tokenizer.token(5)));
        Encoding encoding = tokenizer.encode("  the  fox", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {1, 0}, encoding.ids());
        assertArrayEquals(new int[] {2, 7}, encoding.starts());
        assertArrayEquals(new int[] {5, 10}, encoding.ends());
        assertEquals("the <unk>", tokenizer.decode(encoding.ids()));
    }

    @Test
    @DisplayName("whitespace: vocabulary size and minimum frequency cut the rare words")
    void wordsAreCut() {
        String text = "a a a b b c";
        assertEquals(3, words.train(text, new TrainingSettings(3, 1), Job.silent("t")).vocabSize());
        assertEquals(3, words.train(text, new TrainingSettings(0, 2), Job.silent("t")).vocabSize());
        assertEquals(1, words.train(text, new TrainingSettings(1, 1), Job.silent("t")).vocabSize());
    }

    @Test
    @DisplayName("whitespace: all 25 Unicode white space characters cut, and the no-break ones are among them")
    void wordsCutAtUnicodeWhiteSpace() {
        int found = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            found += Words.isWhiteSpace(c) ? 1 : 0;
        }
        assertEquals(25, found);
        assertTrue(Words.isWhiteSpace(0xA0));
        assertFalse(Words.isWhiteSpace(0x200B));
    }

    @Test
    @DisplayName("special tokens: recognized, ignored or refused, as the caller says; the longest wins")
    void specialTokens() {
        Tokenizer tokenizer = new CharTokenizer(new Vocabulary(List.of("a", "<", ">", "<a>", "<a>>")), List.of("<a>", "<a>>"));
        assertArrayEquals(new int[] {0, 4, 3}, tokenizer.encode("a<a>><a>"));
        assertArrayEquals(new int[] {0, 1, 0, 2}, tokenizer.encode("a<a>", Specials.IGNORED).ids());
        assertThrows(Problem.class, () -> tokenizer.encode("a<a>", Specials.REFUSED));
    }

    @Test
    @DisplayName("streaming: the pieces put together are the decoded text")
    void streaming() {
        for (TokenizerType type : List.of(chars, words)) {
            String text = "one two three two one";
            Tokenizer tokenizer = train(type, text);
            int[] ids = tokenizer.encode(text);
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            StringBuilder streamed = new StringBuilder();
            for (int id : ids) {
                streamed.append(decoder.next(id));
            }
            assertEquals(tokenizer.decode(ids), streamed.toString());
        }
    }

    @Test
    @DisplayName("tokenizer.json: written and read again it gives the same ids; each kind knows its own")
    void json() {
        String text = "quotes \" and \\ and \n new lines, \uD83D\uDE00 too";
        Tokenizer a = train(chars, text);
        Tokenizer b = train(words, text);
        assertTrue(chars.reads(a.toJson()) && !words.reads(a.toJson()));
        assertTrue(words.reads(b.toJson()) && !chars.reads(b.toJson()));
        assertArrayEquals(a.encode(text), chars.read(a.toJson()).encode(text));
        assertArrayEquals(b.encode(text), words.read(b.toJson()).encode(text));
        assertEquals(a.toJson(), chars.read(a.toJson()).toJson());
    }

    @Test
    @DisplayName("tokenizer.json: holes, doubles, fractions, other kinds and broken JSON are refused with a reason")
    void badJson() {
        String good = train(chars, "ab").toJson();
        for (String bad : List.of("", "[", "{}", "[[[[", "null", good.replace("\"b\": 1", "\"b\": 5"), good.replace("\"b\": 1", "\"b\": 0"),
                good.replace("\"b\": 1", "\"b\": 0.5"), good.replace("\"b\": 1", "\"b\": {}"), good.replace("WordLevel", "BPE"),
                train(words, "ab").toJson(), "[".repeat(100_000))) {
            assertThrows(Problem.class, () -> chars.read(bad), bad.substring(0, Math.min(60, bad.length())));
        }
    }

    @Test
    @DisplayName("an empty text teaches nothing, and an id outside the vocabulary is refused")
    void edges() {
        assertThrows(Problem.class, () -> train(chars, ""));
        assertThrows(Problem.class, () -> train(words, " \n "));
        assertThrows(Problem.class, () -> train(chars, "ab").decode(new int[] {2}));
        assertThrows(Problem.class, () -> train(chars, "ab").decode(new int[] {-1}));
        assertEquals(0, train(chars, "ab").encode("").length);
    }

    private static Tokenizer train(TokenizerType type, String text) {
        return type.train(text, TrainingSettings.DEFAULTS, Job.silent("test"));
    }
}
