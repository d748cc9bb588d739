package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class MergeReplayTest {

    private static final String TEXT = "low lower lowest newer wider low new na\u00efve \u65e5\u672c \u65e5\u672c lower";

    private static Tokenizer trained(String kind) {
        return new Tokenizers(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies(), null).train(kind, TEXT, new TrainingSettings(280, 1),
                Job.silent("train"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "byte-bpe"})
    @DisplayName("doing every merge in order leads where encoding leads, for words of the text and others, in any script")
    void endsAsEncodingDoes(String kind) {
        Tokenizer tokenizer = trained(kind);
        List<MergeHistory.Merge> merges = ((MergeHistory) tokenizer).merges();
        assertTrue(merges.size() >= 10, "merges: " + merges.size());
        for (String word : List.of("lowest", "lower", "na\u00efve", "\u65e5\u672c", "unseen", "l", "llowww")) {
            MergeReplay replay = MergeReplay.of(tokenizer, merges, word);
            assertTrue(replay.isKnownTo(tokenizer), "every byte is a token");
            merges.forEach(replay::apply);
            int[] ids = ((ByteLevelTokenizer) tokenizer).encodeBytes((" " + word).getBytes(StandardCharsets.UTF_8));
            assertEquals(Arrays.stream(ids).mapToObj(tokenizer::token).toList(), replay.symbols(), word);
        }
    }

    @Test
    @DisplayName("one merge joins every occurrence of its pair, from left to right, and says whether there was one")
    void oneMerge() {
        MergeReplay replay = MergeReplay.of(trained("byte-bpe"), List.of(), "aaaba");
        assertTrue(replay.apply(new MergeHistory.Merge(0, "a", "a", "aa", 1)));
        assertEquals(List.of("\u0120", "aa", "a", "b", "a"), replay.symbols());
        assertTrue(!replay.apply(new MergeHistory.Merge(0, "x", "a", "xa", 1)));
    }

    @Test
    @DisplayName("pieces of BERT's kind begin as a character and characters that continue; a character the vocabulary lacks makes a word unknown")
    void otherBeginnings() {
        Tokenizer characters = trained("char");
        List<MergeHistory.Merge> continued = List.of(new MergeHistory.Merge(0, "l", "##o", "lo", 1));
        MergeReplay replay = MergeReplay.of(characters, continued, "lol");
        assertEquals(List.of("l", "##o", "##l"), replay.symbols());
        assertTrue(replay.apply(continued.getFirst()));
        assertEquals(List.of("lo", "##l"), replay.symbols());
        assertEquals(List.of("\u2581", "l", "o"), MergeReplay.of(characters, List.of(), "lo").symbols());
        assertTrue(!MergeReplay.of(characters, List.of(), "lo").isKnownTo(characters), "char has no such mark");
    }

    @Test
    @DisplayName("sample words: the most frequent of six letters or more; of equals the longer, then the first; short ones when there are no others")
    void frequentWords() {
        assertEquals(List.of("window", "lighthouse"), MergeReplay.frequentWords("the window, the lighthouse; the Window window kettle", 2));
        assertEquals(List.of("the", "cat"), MergeReplay.frequentWords("the cat the cat sat the", 2));
        assertEquals(List.of(), MergeReplay.frequentWords("12 34!", 2));
    }
}
