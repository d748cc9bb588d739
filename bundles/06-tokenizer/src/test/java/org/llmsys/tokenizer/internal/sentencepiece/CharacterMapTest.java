package org.llmsys.tokenizer.internal.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;

class CharacterMapTest {

    private static final Map<String, String> RULES = rules("\uFF21", "A", "\uFB01", "fi", "e\u0301", "\u00E9", "\u3000", " ", "\u200B", " ",
            "\u00AD", "",
            "ab", "X", "abcd", "Y");

    @Test
    @DisplayName("the longest text of the map counts, or the shortest where that is asked for; a text that only begins like one does not")
    void matches() {
        CharacterMap map = new CharacterMap(compiled(RULES));
        assertEquals("Y", map.replacement(map.longest("abcde", 0, 5).value()));
        assertEquals(4, map.longest("abcde", 0, 5).length());
        assertEquals("X", map.replacement(map.longest("abce", 0, 4).value()));
        assertEquals("X", map.replacement(map.shortest("abcd", 0, 4).value()));
        assertEquals("X", map.replacement(map.longest("abcd", 0, 3).value()));
        assertNull(map.longest("acb", 0, 3));
        assertNull(map.longest("e", 0, 1));
        assertEquals("", map.replacement(map.longest("\u00AD", 0, 1).value()));
    }

    @Test
    @DisplayName("SentencePiece: replaced along the stream, extra spaces go after that, and offsets lead back to the text")
    void stream() {
        StreamNormalizer normalizer = new StreamNormalizer(new Spacing(true, true), new CharacterMap(compiled(RULES)), null);
        String text = "\u3000 \uFF21\u200B\u3000e\u0301\u00ADx \u3000";
        SpacedText normal = normalizer.normalize(text, 0, text.length());
        assertEquals("\u2581A\u2581\u00E9x", normal.text(0, normal.length));
        assertArrayEquals(new int[] {2, 2, 3, 5, 8, 9}, Arrays.copyOf(normal.origins, 6));
        SpacedText nothing = normalizer.normalize(" \u3000 ", 0, 3);
        assertEquals(0, nothing.length);
    }

    @Test
    @DisplayName("user-defined pieces stay as they are, and a suffix space is put after the text")
    void userDefined() {
        PieceTrie standing = new PieceTrie(4);
        standing.add("\uFB01", 0);
        SpacedText normal = new StreamNormalizer(new Spacing(true, false, true, true), new CharacterMap(compiled(RULES)),
                standing).normalize("\uFF21\uFB01", 0, 2);
        assertEquals("A\uFB01\u2581", normal.text(0, normal.length));
    }

    @Test
    @DisplayName("Hugging Face: a grapheme of less than six bytes is replaced as a whole by its shortest beginning, else character by character")
    void graphemes() {
        TextStep step = TextStep.precompiled(new CharacterMap(compiled(rules("e", "E", "\u0301", "!", "\uFF21", "A"))));
        SpacedText normal = step.apply(SpacedText.asIs("e\u0301e\u0301\u0301\u0301\uFF21x"));
        assertEquals("EE!!!Ax", normal.text(0, normal.length));
        assertEquals(2, normal.origins[1]);
    }

    @Test
    @DisplayName("a map changed or cut anywhere is refused, or replaces wrongly, but ends; a map with too small a tree is refused")
    void damage() {
        byte[] good = compiled(RULES);
        Random random = new Random(3);
        for (int n = 0; n < 2000; n++) {
            byte[] bad = Arrays.copyOf(good, n % 3 == 0 ? random.nextInt(good.length) : good.length);
            for (int i = 0; i < 4 && bad.length > 0; i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                StreamNormalizer normalizer = new StreamNormalizer(new Spacing(true, true), new CharacterMap(bad), null);
                normalizer.normalize("abcd \uFF21\uFB01e\u0301", 0, 9);
            } catch (Problem expected) {
                assertEquals("cannot read the tokenizer", expected.getMessage().substring(0, 25));
            }
        }
        assertThrows(Problem.class, () -> new CharacterMap(new byte[] {4, 0, 0, 0, 1, 2, 3, 4, 0}));
    }

    @Test
    @DisplayName("a .model with a map is written and read again as .model and GGUF with the same ids and offsets")
    void files() throws java.io.IOException {
        Pieces pieces = new Pieces(List.of(new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN), new Pieces.Piece("<s>", 0, PieceType.CONTROL),
                new Pieces.Piece("</s>", 0, PieceType.CONTROL), new Pieces.Piece("\u2581", -3, PieceType.NORMAL), new Pieces.Piece("A", -2,
                        PieceType.NORMAL),
                new Pieces.Piece("\u2581fi", -1, PieceType.NORMAL), new Pieces.Piece("f", -4, PieceType.NORMAL), new Pieces.Piece("i", -4,
                        PieceType.NORMAL)));
        for (String type : List.of(SentencePieceBpeType.TYPE, UnigramType.TYPE)) {
            TextForm form = TextForm.sentencePiece(new Preparation.SentencePiece(new Spacing(true, true), new CharacterMap(compiled(RULES))),
                    false, List.of(), List.of(), 2);
            Tokenizer tokenizer = PieceFiles.tokenizer(type, pieces, form);
            for (org.llmsys.tokenizer.TokenizerFile.Form as : List.of(org.llmsys.tokenizer.TokenizerFile.Form.SENTENCEPIECE,
                    org.llmsys.tokenizer.TokenizerFile.Form.GGUF)) {
                Tokenizer again = FilesTest.again(tokenizer, as);
                Encoding expected = tokenizer.encode("\uFF21  \uFB01\u3000zz", Specials.IGNORED);
                Encoding found = again.encode("\uFF21  \uFB01\u3000zz", Specials.IGNORED);
                assertArrayEquals(expected.ids(), found.ids());
                assertArrayEquals(expected.starts(), found.starts());
            }
            assertThrows(Problem.class, tokenizer::toJson);
        }
    }

    @Test
    @DisplayName("tokenizer.json with Precompiled, Strip, a pattern of spaces and Metaspace, as T5's: ids and offsets")
    void json() {
        String json = """
                {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}, {"id": 5, "content": "<mask>", "special": true, "lstrip": true}],
                 "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": "MAP"},
                  {"type": "Strip", "strip_left": false, "strip_right": true}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"}]},
                 "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true},
                 "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true},
                 "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["\u2581A", -1], ["\u2581", -2], ["fi", -2], ["\u2581fi", -3]]}}
                """.replace("MAP", Base64.getEncoder().encodeToString(compiled(RULES)));
        Tokenizer tokenizer = new UnigramType().read(json);
        for (Tokenizer each : List.of(tokenizer, new UnigramType().read(tokenizer.toJson()))) {
            Encoding encoding = each.encode("\uFF21   \uFB01 <mask>fi  ", Specials.RECOGNIZED);
            assertArrayEquals(new int[] {1, 4, 5, 4}, encoding.ids());
            assertArrayEquals(new int[] {0, 3, 5, 12}, encoding.starts());
            assertEquals("A fi fi", each.decode(encoding.ids()));
        }
    }

    private static Map<String, String> rules(String... pairs) {
        Map<String, String> rules = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            rules.put(pairs[i], pairs[i + 1]);
        }
        return rules;
    }

    /** A wasteful double array: node k has the 256 units from 256 k on. */
    static byte[] compiled(Map<String, String> rules) {
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        int[] units = new int[256 * 64];
        int blocks = 2;
        units[0] = unit(0, 256, 0);
        Map<String, Integer> baseOf = new LinkedHashMap<>(Map.of("", 256));
        for (Map.Entry<String, String> rule : rules.entrySet()) {
            int base = 256;
            String way = "";
            for (byte b : rule.getKey().getBytes(StandardCharsets.UTF_8)) {
                way += String.format("%02x", b);
                int place = base ^ b & 0xFF;
                if (!baseOf.containsKey(way)) {
                    baseOf.put(way, 256 * blocks);
                    units[place] = unit(b & 0xFF, place ^ 256 * blocks++, 0);
                }
                base = baseOf.get(way);
                units[place] |= way.length() == 2 * rule.getKey().getBytes(StandardCharsets.UTF_8).length ? 1 << 8 : 0;
            }
            units[base] = 1 << 31 | texts.size();
            texts.writeBytes((rule.getValue() + "\0").getBytes(StandardCharsets.UTF_8));
        }
        ByteBuffer blob = ByteBuffer.allocate(4 + 4 * units.length + texts.size()).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * units.length);
        Arrays.stream(units).forEach(blob::putInt);
        return blob.put(texts.toByteArray()).array();
    }

    private static int unit(int label, int offset, int leaf) {
        return offset << 10 | leaf << 8 | label;
    }
}
