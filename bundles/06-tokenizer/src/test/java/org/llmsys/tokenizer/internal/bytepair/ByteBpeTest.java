package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

class ByteBpeTest {

    /** Ids 0 to 255 are the bytes; 256 = lo, 257 = low, 258 = er, 259 = aa, 260 = aaaa, 261 = the first two bytes of 中. */
    private static final BytePairModel SMALL = small();

    private static BytePairModel small() {
        List<byte[]> tokens = new ArrayList<>(IntStream.range(0, 256).mapToObj(b -> new byte[] {(byte) b}).toList());
        for (String token : List.of("lo", "low", "er", "aa", "aaaa")) {
            tokens.add(token.getBytes(StandardCharsets.UTF_8));
        }
        tokens.add(new byte[] {(byte) 0xE4, (byte) 0xB8});
        List<Rule> rules = List.of(new Rule('l', 'o', 256), new Rule(256, 'w', 257), new Rule('e', 'r', 258), new Rule('a', 'a', 259),
                new Rule(259, 259, 260), new Rule(0xE4, 0xB8, 261));
        return BytePairModel.ofRules(tokens, rules, false);
    }

    private static ByteBpeTokenizer tokenizer(TextSettings settings) {
        return new ByteBpeTokenizer(SMALL, settings, List.of(new AddedToken(262, "<|endoftext|>", true), new AddedToken(264, "<tool>", false)));
    }

    private final ByteBpeTokenizer small = tokenizer(TextSettings.of(Cut.GPT2));

    @Test
    @DisplayName("by hand: \"lower\" is low er, and five a are aaaa a, merged from the left")
    void byHand() {
        assertArrayEquals(new int[] {257, 258}, small.encode("lower"));
        assertArrayEquals(new int[] {260, 'a'}, small.encode("aaaaa"));
        assertArrayEquals(new int[] {257, ' ', 257}, small.encode("low low"));
        assertEquals("lower", small.decode(new int[] {257, 258}));
        assertEquals("\u0120low", ByteAlphabet.write(" low".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @DisplayName("special tokens: recognized, ignored or refused; an added token that is not special is always found")
    void specials() {
        assertArrayEquals(new int[] {257, 262, 264, 258}, small.encode("low<|endoftext|><tool>er"));
        assertArrayEquals(small.encodeBytes("<|endoftext|>".getBytes(StandardCharsets.UTF_8)), small.encode("<|endoftext|>", Specials.IGNORED).ids());
        assertArrayEquals(new int[] {264}, small.encode("<tool>", Specials.IGNORED).ids());
        assertArrayEquals(new int[] {264}, small.encode("<tool>", Specials.REFUSED).ids());
        assertThrows(Problem.class, () -> small.encode("a<|endoftext|>", Specials.REFUSED));
        assertEquals(262, small.endOfText().orElseThrow());
        assertEquals(265, small.vocabSize());
        assertThrows(Problem.class, () -> small.token(263));
    }

    @Test
    @DisplayName("offsets: tokens that hold parts of a character cover the whole character, in UTF-16 units")
    void offsets() {
        Encoding encoding = small.encode("lo\u4E2D\uD83D\uDE00<|endoftext|>er", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {256, 261, 0xAD, 0xF0, 0x9F, 0x98, 0x80, 262, 258}, encoding.ids());
        assertArrayEquals(new int[] {0, 2, 2, 3, 3, 3, 3, 5, 18}, encoding.starts());
        assertArrayEquals(new int[] {2, 3, 3, 5, 5, 5, 5, 18, 20}, encoding.ends());
    }

    @Test
    @DisplayName("a blank put before the text and composed accents: ids of the changed text, offsets in the given one")
    void changedText() {
        ByteBpeTokenizer changed = tokenizer(new TextSettings(Cut.GPT2, true, true, List.of(262), List.of(262)));
        Encoding encoding = changed.encode("e\u0301lo", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {262, ' ', 0xC3, 0xA9, 256, 262}, encoding.ids());
        assertArrayEquals(new int[] {0, 0, 0, 0, 2, 4}, encoding.starts());
        assertArrayEquals(new int[] {0, 0, 2, 2, 4, 4}, encoding.ends());
        assertArrayEquals(encoding.ids(), changed.encode("e\u0301lo"));
        assertArrayEquals(new int[] {' ', 256}, changed.encode("lo", Specials.IGNORED).ids());
    }

    @Test
    @DisplayName("the text entry refuses half a surrogate pair and says where; valid pairs pass")
    void surrogates() {
        for (String bad : List.of("ab\uD83D", "ab\uDE00c", "ab\uD83Dc")) {
            Problem problem = assertThrows(Problem.class, () -> small.encode(bad));
            assertTrue(problem.why().contains("character 2"), problem.why());
            assertThrows(Problem.class, () -> small.encode(bad, Specials.IGNORED));
        }
        assertEquals("\uD83D\uDE00", small.decode(small.encode("\uD83D\uDE00")));
    }

    @Test
    @DisplayName("streaming: bytes of a character wait for the last, and pieces with the end are the decoded text, for any ids")
    void streaming() {
        StreamingDecoder decoder = small.streamingDecoder();
        assertEquals("", decoder.next(261));
        assertEquals("\u4E2D", decoder.next(0xAD));
        assertEquals("", decoder.next(0xF0));
        assertEquals("\uFFFD", decoder.finish());
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            int[] ids = random.ints(12, 0, 262).map(id -> random.nextBoolean() ? id : 0x80 + id % 0x80).toArray();
            StreamingDecoder stream = small.streamingDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(stream.next(id));
            }
            assertEquals(small.decode(ids), text.append(stream.finish()).toString(), Arrays.toString(ids));
        }
    }

    @Test
    @DisplayName("any bytes come back, under every cut: random ones, runs, and broken UTF-8")
    void bytesComeBack() {
        Random random = new Random(4);
        for (Cut cut : Cuts.ALL) {
            ByteBpeTokenizer tokenizer = tokenizer(TextSettings.of(cut));
            for (int i = 0; i < 500; i++) {
                byte[] bytes = new byte[random.nextInt(400)];
                random.nextBytes(bytes);
                if (i % 2 == 0) {
                    Arrays.fill(bytes, random.nextInt(bytes.length + 1), bytes.length, "a e\u4E2D\n".getBytes(StandardCharsets.UTF_8)[i % 6]);
                }
                assertArrayEquals(bytes, tokenizer.decodeBytes(tokenizer.encodeBytes(bytes)), cut + " " + Arrays.toString(bytes));
            }
        }
    }

    @Test
    @DisplayName("short pieces by scanning, long ones by the heap, and merge by merge: the same tokens")
    void sameTokensEachWay() {
        Random random = new Random(5);
        BpeTokenizer plain = new BpeTokenizer(SMALL, TextSettings.of(Cut.NONE), List.of());
        ByteBpeTokenizer fast = new ByteBpeTokenizer(SMALL, TextSettings.of(Cut.NONE), List.of());
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) "aaalower".charAt(random.nextInt(8));
            }
            assertArrayEquals(plain.encodeBytes(bytes), fast.encodeBytes(bytes), new String(bytes, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    @DisplayName("merges in any order, also one that is needed before the merge that makes its part: by the heap and by the lists of places as merge by merge")
    void mergesInAnyOrder() {
        Random random = new Random(9);
        for (int run = 0; run < 300; run++) {
            List<byte[]> tokens = new ArrayList<>(IntStream.range(0, 256).mapToObj(b -> new byte[] {(byte) b}).toList());
            List<String> known = new ArrayList<>(List.of("a", "b", "c"));
            List<Rule> rules = new ArrayList<>();
            while (known.size() < 20) {
                String left = known.get(random.nextInt(known.size()));
                String right = known.get(random.nextInt(known.size()));
                if (!known.contains(left + right)) {
                    rules.add(new Rule(idOf(tokens, left), idOf(tokens, right), tokens.size()));
                    known.add(left + right);
                    tokens.add((left + right).getBytes(StandardCharsets.UTF_8));
                }
            }
            Collections.shuffle(rules, random);
            BytePairModel model = BytePairModel.ofRules(tokens, rules, false);
            // by the heap, and each tenth by the lists
            byte[] text = new byte[run % 10 == 0 ? 4097 + random.nextInt(99) : 97 + random.nextInt(300)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) "abc".charAt(random.nextInt(1 + run % 3));
            }
            assertArrayEquals(oneByOne(model, text), new ByteBpeTokenizer(model, TextSettings.of(Cut.NONE), List.of()).encodeBytes(text), "run " + run);
        }
    }

    private static int idOf(List<byte[]> tokens, String token) {
        return IntStream.range(0, tokens.size()).filter(id -> Arrays.equals(tokens.get(id), token.getBytes(StandardCharsets.UTF_8))).findFirst().orElseThrow();
    }

    /** The definition: the pair with the lowest rank, of equal ones the leftmost; then all again. */
    private static int[] oneByOne(BytePairModel model, byte[] text) {
        List<Integer> ids = new ArrayList<>();
        for (byte b : text) {
            ids.add(b & 0xFF);
        }
        while (true) {
            int best = -1;
            int lowest = MergeTable.NONE;
            for (int i = 0; i + 1 < ids.size(); i++) {
                int rank = model.table().rank(model.table().slotOf(ids.get(i), ids.get(i + 1)));
                if (rank < lowest) {
                    lowest = rank;
                    best = i;
                }
            }
            if (best < 0) {
                return ids.stream().mapToInt(id -> id).toArray();
            }
            ids.set(best, model.table().id(model.table().slotOf(ids.get(best), ids.get(best + 1))));
            ids.remove(best + 1);
        }
    }

    @Test
    @DisplayName("1 MiB of one letter, of blanks, of line ends, of Chinese and of combining marks is encoded on a small stack and comes back")
    void longRuns() throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(null, () -> {
            for (String unit : List.of("a", " ", "\n", "\u4E2D", "\u0301", "'", "1", "A", " \n")) {
                String text = unit.repeat((1 << 20) / unit.getBytes(StandardCharsets.UTF_8).length);
                for (Cut cut : Cuts.ALL) {
                    ByteBpeTokenizer tokenizer = tokenizer(TextSettings.of(cut));
                    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
                }
            }
        }, "small stack", 256 << 10);
        thread.setUncaughtExceptionHandler((where, what) -> failure[0] = what);
        thread.start();
        thread.join();
        assertEquals(null, failure[0]);
    }
}
