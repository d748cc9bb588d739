package org.llmsys.tokenizer.internal.wordpiece;

import java.util.BitSet;
import java.util.List;

import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.internal.Vocabulary;

/** A tokenizer that was learned here and remembers how: no file of a WordPiece tokenizer says which pieces were joined. */
final class TrainedWordPiece extends WordPieceTokenizer implements MergeHistory {

    private final List<Merge> merges;

    TrainedWordPiece(Vocabulary vocabulary, List<Merge> merges) {
        super(vocabulary, all(vocabulary), WordPieceSettings.SPECIALS.stream().map(token -> new AddedToken(token, true)).toList(),
                WordPieceSettings.bert(BertNormalizer.UNCASED, false));
        this.merges = List.copyOf(merges);
    }

    private static BitSet all(Vocabulary vocabulary) {
        BitSet pieces = new BitSet(vocabulary.size());
        pieces.set(0, vocabulary.size());
        return pieces;
    }

    /** A join may make a piece that another one has made before: then both have its id. */
    @Override
    public List<Merge> merges() {
        return merges;
    }
}
