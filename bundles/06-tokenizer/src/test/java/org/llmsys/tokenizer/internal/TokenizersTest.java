package org.llmsys.tokenizer.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;

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
        Tokenizer tokenizer = new CharTokenizer(new WordLevelJson.Content(new Vocabulary(List.of("a", "<", ">", "<a>", "<a>>")),
                List.of(new AddedWord("<a>", true), new AddedWord("<a>>", true)), "<unk>", Optional.empty()));
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

    @Test
    @DisplayName("whitespace: files cut as WhitespaceSplit, Whitespace and BertPreTokenizer do, with any unknown token; ids as Hugging Face tokenizers 0.23 gives them")
    void otherCuts() {
        String json = train(words, "it s 5_x ok ' , é\u0301 a\u200Db 中 £").toJson().replace("<unk>", "[?]");
        String text = " it's 5_x,  ok\u00A0é\u0301 £a\u200Db!中";
        //                                   <?>=0  '=1  ,=2  5_x=3  a..b=4  it=5  ok=6  s=7  £=8  é=9  中=10
        assertArrayEquals(new int[] {0, 0, 6, 9, 0}, words.read(json).encode(text));
        assertArrayEquals(new int[] {5, 1, 7, 3, 2, 6, 9, 8, 4, 0, 10}, words.read(json.replace("WhitespaceSplit", "Whitespace")).encode(text));
        assertArrayEquals(new int[] {5, 1, 7, 0, 0, 0, 2, 6, 9, 0, 0, 10}, words.read(json.replace("WhitespaceSplit", "BertPreTokenizer")).encode(text));
    }

    @Test
    @DisplayName("added tokens beyond the vocabulary extend it; those that are not special are found when special ones are ignored; a char file may know <unk>")
    void addedTokens() {
        String json = train(chars, "abc").toJson().replace("\"added_tokens\": []", "\"added_tokens\": [{\"id\": 3, \"content\": \"<unk>\", \"special\": true}, "
                + "{\"id\": 4, \"content\": \"cab\", \"special\": false}]");
        Tokenizer tokenizer = chars.read(json);
        assertEquals(5, tokenizer.vocabSize());
        assertArrayEquals(new int[] {0, 4, 3, 3}, tokenizer.encode("acab<unk>x"));
        assertArrayEquals(new int[] {4, 3}, tokenizer.encode("cabx", Specials.IGNORED).ids());
        assertArrayEquals(new int[] {4}, tokenizer.encode("cab", Specials.REFUSED).ids());
        assertThrows(Problem.class, () -> tokenizer.encode("a<unk>", Specials.REFUSED));
        assertEquals(tokenizer.toJson(), chars.read(tokenizer.toJson()).toJson());
    }

    @Test
    @DisplayName("parts of a file that would change the ids or the text are refused by their name, and added tokens that cannot be")
    void unknownParts() {
        String json = train(words, "a b").toJson();
        for (String part : List.of("normalizer", "post_processor", "decoder")) {
            Problem problem = assertThrows(Problem.class, () -> words.read(json.replace("\"model\": {", "\"" + part + "\": {\"type\": \"Foreign\"}, \"model\": {")));
            assertTrue(problem.why().contains("Foreign"), problem.why());
        }
        for (String added : List.of("{\"id\": 1, \"content\": \"x\", \"special\": true}", "{\"id\": 9, \"content\": \"x\", \"special\": true}",
                "{\"id\": 3, \"content\": \"\", \"special\": true}", "{\"id\": -1, \"content\": \"x\", \"special\": true}", "{\"id\": 3}", "7",
                "{\"id\": 3, \"content\": \"x\", \"special\": true, \"lstrip\": true}")) {
            assertThrows(Problem.class, () -> words.read(json.replaceFirst("\"added_tokens\": \\[", "\"added_tokens\": [" + added + ",")), added);
        }
    }

    @Test
    @DisplayName("equally frequent words and characters come in Unicode order; settings out of range are refused; half a surrogate pair is")
    void trainingEdges() {
        assertEquals("a", words.train("\uD83D\uDE00 \uFFFD b a", new TrainingSettings(2, 1), Job.silent("t")).token(1));
        Tokenizer tokenizer = train(words, "\uD83D\uDE00 \uFFFD b b");
        assertEquals(List.of("b", "\uFFFD", "\uD83D\uDE00"), List.of(tokenizer.token(1), tokenizer.token(2), tokenizer.token(3)));
        assertEquals(3, words.train("<unk> <unk> a b c", new TrainingSettings(3, 1), Job.silent("t")).vocabSize());
        for (TokenizerType type : List.of(chars, words)) {
            assertThrows(Problem.class, () -> type.train("a b", new TrainingSettings(-5, 1), Job.silent("t")));
            assertThrows(Problem.class, () -> type.train("a b", new TrainingSettings(0, 0), Job.silent("t")));
            assertThrows(Problem.class, () -> train(type, "a \uD83D b"));
            assertThrows(Problem.class, () -> train(type, "a b").encode("a \uDE00"));
        }
    }

    private static Tokenizer train(TokenizerType type, String text) {
        return type.train(text, TrainingSettings.DEFAULTS, Job.silent("test"));
    }
}
