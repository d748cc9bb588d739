package org.llmsys.tokenizer.internal.bytepair;

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

/** What the room's README says of byte-pair encoding. */
class ReadmeTest {

    @Test
    @DisplayName("the README's example of byte-pair encoding learns and encodes what the README says")
    void bytePairEncoding() {
        TokenizerType type = new BpeType();
        Tokenizer tokenizer = type.train("low lower lowest", new TrainingSettings(256 + 3, 2), Job.silent("merges"));
        List<String> learned = ((MergeHistory) tokenizer).merges().stream().map(m -> m.left() + " + " + m.right() + " (" + m.count() + ")").toList();
        assertEquals(List.of("l + o (3)", "lo + w (3)", "\u0120 + low (2)"), learned);
        assertEquals(List.of("low", "e", "r"), Arrays.stream(tokenizer.encode("lower")).mapToObj(tokenizer::token).toList());
    }
}
