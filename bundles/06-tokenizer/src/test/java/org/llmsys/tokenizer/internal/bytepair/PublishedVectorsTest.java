package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.TokenizerFiles;

/** Texts and ids that other people's tokenizers gave. */
class PublishedVectorsTest {

    private static final Pattern CASE = Pattern.compile("EncodingName: (\\S+)\nSample: (.*?)\nEncoded: \\[(.*?)\\]", Pattern.DOTALL);

    @Test
    @DisplayName("tiktoken: every published text has its ids under r50k, p50k, p50k_edit, cl100k and o200k, and they decode to it")
    void tiktokenPlans() {
        Map<String, ByteLevelTokenizer> plans = new HashMap<>();
        Matcher cases = CASE.matcher(Shared.text("oracles/tokenizers/tiktoken_TestPlans.txt"));
        int count = 0;
        while (cases.find()) {
            String plan = cases.group(1);
            ByteLevelTokenizer tokenizer = plans.computeIfAbsent(plan, name ->
                    RankFile.read(Shared.bytes("data/tokenizers/tiktoken/" + name.replace("edit", "base") + ".tiktoken"), name));
            int[] expected = numbers(cases.group(3), ",");
            assertArrayEquals(expected, tokenizer.encode(cases.group(2), Specials.IGNORED).ids(), plan + ": " + cases.group(2));
            assertEquals(cases.group(2), tokenizer.decode(expected));
            count++;
        }
        assertEquals(313, count);
    }

    @Test
    @DisplayName("GPT-2: every string of llama.cpp's gpt-2 list has its ids, from encoder.json and vocab.bpe, as text, as bytes and with offsets")
    void gpt2() {
        ByteLevelTokenizer tokenizer = VocabAndMerges.read(Shared.text("data/tokenizers/gpt2/encoder.json"), Shared.text("data/tokenizers/gpt2/vocab.bpe"));
        assertEquals(50257, tokenizer.vocabSize());
        assertEquals(50256, tokenizer.endOfText().orElseThrow());
        String[] texts = Shared.text("oracles/tokenizers/vocab/ggml-vocab-gpt-2.gguf.inp").split("\n__ggml_vocab_test__\n", -1);
        String[] ids = Shared.text("oracles/tokenizers/vocab/ggml-vocab-gpt-2.gguf.out").split("\n", -1);
        assertTrue(texts.length >= 40 && ids.length >= texts.length, texts.length + " texts, " + ids.length + " lines of ids");
        for (int i = 0; i < texts.length; i++) {
            int[] expected = numbers(ids[i], " ");
            assertArrayEquals(expected, tokenizer.encode(texts[i]), "\"" + texts[i] + "\"");
            Encoding encoding = tokenizer.encode(texts[i], Specials.RECOGNIZED);
            assertArrayEquals(expected, encoding.ids());
            assertArrayEquals(expected, tokenizer.encodeBytes(texts[i].getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            assertEquals(texts[i], tokenizer.decode(expected));
        }
    }

    @Test
    @DisplayName("GPT-2 out of a GGUF file, encoder.json with vocab.bpe, and the r50k ranks: the same ids, found by the files' content")
    void filesAgree() {
        String book = Shared.text("data/corpora/the-verdict.txt");
        int[] expected = RankFile.read(Shared.bytes("data/tokenizers/tiktoken/r50k_base.tiktoken")).encode(book);
        for (String file : new String[] {"oracles/tokenizers/vocab/ggml-vocab-gpt-2.gguf", "data/tokenizers/gpt2", "data/tokenizers/tiktoken/r50k_base.tiktoken"}) {
            assertArrayEquals(expected, new ByteBpeType().readFile(TokenizerFiles.recognize(Shared.path(file))).orElseThrow().encode(book), file);
        }
    }

    @Test
    @DisplayName("tokenizer.json: tiktoken plans written and read again give the same ids")
    void plansThroughJson() {
        String book = Shared.text("data/corpora/the-verdict.txt") + "\n\u4F60\u597D \uD83D\uDE00 1234567 I'LL  \n ";
        for (String plan : new String[] {"p50k_base", "cl100k_base"}) {
            ByteLevelTokenizer tokenizer = RankFile.read(Shared.bytes("data/tokenizers/tiktoken/" + plan + ".tiktoken"));
            ByteBpeType type = new ByteBpeType();
            String json = tokenizer.toJson();
            assertTrue(type.reads(json));
            assertArrayEquals(tokenizer.encode(book), type.read(json).encode(book), plan);
            assertEquals(tokenizer.vocabSize(), type.read(json).vocabSize());
        }
    }

    private static int[] numbers(String list, String separator) {
        return list.isBlank() ? new int[0] : Arrays.stream(list.strip().split(separator)).mapToInt(n -> Integer.parseInt(n.strip())).toArray();
    }
}
