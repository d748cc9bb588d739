package org.llmsys.tokenizer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.bytepair.BpeType;
import org.llmsys.tokenizer.internal.sentencepiece.UnigramType;
import org.llmsys.tokenizer.internal.wordpiece.WordPieceType;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("byte-pair encoding: the pairs it learns, in order, and how it cuts a word by them")
    void bytePairEncoding() {
        TokenizerType bpe = new BpeType();
        Tokenizer tokenizer = bpe.train("low lower lowest", new TrainingSettings(256 + 3, 2), Job.silent("merges"));
        assertEquals(List.of("l + o (3)", "lo + w (3)", "\u0120 + low (2)"), learned(((MergeHistory) tokenizer).merges()));
        assertEquals(List.of("low", "e", "r"), tokens(tokenizer, tokenizer.encode("lower")));
    }

    @Test
    @DisplayName("WordPiece: the pairs it joins, in order, and how it cuts known and unknown words")
    void wordPiece() {
        TokenizerType wordpiece = new WordPieceType();
        Tokenizer tokenizer = wordpiece.train("hug pug pun bun hugs", new TrainingSettings(5 + 7 + 3, 1), Job.silent("joins"));
        assertEquals(List.of("##g + ##s (1)", "##u + ##g (2)", "##u + ##n (2)"), learned(((MergeHistory) tokenizer).merges()));
        assertEquals(List.of("h", "##ug", "b", "##ug", "##s", "[UNK]"), tokens(tokenizer, tokenizer.encode("Hug BUGS hot")));
    }

    @Test
    @DisplayName("unigram: the cut with the greatest sum of scores")
    void unigram() {
        TokenizerType unigram = new UnigramType();
        String json = """
            {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁h", -3], ["▁hu", -3.5], ["ug", -2], ["g", -2.5], ["gs", -3], ["s", -2]]},
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": false},
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": false}}
            """;
        Tokenizer tokenizer = unigram.read(json);
        assertEquals(List.of("▁hu", "gs"), tokens(tokenizer, tokenizer.encode("hugs")));
        assertEquals("hugs", tokenizer.decode(tokenizer.encode("hugs")));
    }

    private static List<String> learned(List<MergeHistory.Merge> merges) {
        return merges.stream().map(merge -> merge.left() + " + " + merge.right() + " (" + merge.count() + ")").toList();
    }

    private static List<String> tokens(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::token).toList();
    }
}
