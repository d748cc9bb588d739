package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.internal.IdList;
import org.llmsys.tokenizer.internal.SpecialTokens;

/**
 * Text to pieces in the way of SentencePiece: spaces are written as U+2581 and cut like any other character, so that nothing is lost, and
 * a {@link Segmenter} cuts.
 *
 * <pre>
 *   "the cat"  --&gt;  ▁the▁cat  --&gt;  ▁the ▁cat  --&gt;  278 6635
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1808.06226">Kudo and Richardson, SentencePiece</a>
 */
final class SentencePieceTokenizer implements Tokenizer {

    private final String type;
    private final Pieces pieces;
    private final Segmenter segmenter;
    private final TextForm form;
    private final Map<String, Integer> specialIds;
    private final SpecialTokens specials;
    /** The user-defined pieces that stand by themselves before anything is cut, or null when there are none. */
    private final SpecialTokens userDefined;
    /** Whether no piece reaches from another character over a space, so that words can be cut one by one. */
    private final boolean wordByWord;
    private final List<PieceMerges.Rule> rules;

    /**
     * @param specialIds special tokens looked for in the text as it is
     * @param rules      for a vocabulary that came with a list of merges; null where scores decide
     */
    SentencePieceTokenizer(String type, Pieces pieces, TextForm form, Map<String, Integer> specialIds, List<PieceMerges.Rule> rules) {
        this.type = type;
        this.pieces = pieces;
        this.form = form;
        this.specialIds = Map.copyOf(specialIds);
        this.specials = new SpecialTokens(List.copyOf(specialIds.keySet()));
        this.rules = rules;
        boolean merges = type.equals(SentencePieceBpeType.TYPE);
        this.segmenter = !merges ? new ViterbiSegmenter(pieces, !form.bytesTogether())
                : new MergeSegmenter(pieces, rules == null ? PieceMerges.byScore(pieces) : PieceMerges.inOrder(pieces, rules));
        List<String> standing = new ArrayList<>();
        boolean apart = true;
        for (Pieces.Piece piece : pieces.all()) {
            if (rules == null && merges && piece.type() == PieceType.USER_DEFINED) {
                standing.add(piece.text());
            }
            apart &= !Pieces.isText(piece.type()) || !reachesOverSpace(piece.text());
        }
        this.userDefined = standing.isEmpty() ? null : new SpecialTokens(standing);
        this.wordByWord = merges && apart;
    }

    private static boolean reachesOverSpace(String text) {
        for (int at = 1; at < text.length(); at++) {
            if (text.charAt(at) == Pieces.SPACE && text.charAt(at - 1) != Pieces.SPACE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public int vocabSize() {
        return pieces.size();
    }

    Pieces pieces() {
        return pieces;
    }

    TextForm form() {
        return form;
    }

    Map<String, Integer> specialIds() {
        return specialIds;
    }

    /** The merges in order, as {@code tokenizer.json} lists them. */
    List<PieceMerges.Rule> rules() {
        return rules == null ? PieceMerges.listed(pieces) : rules;
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        IdList ids = new IdList(text.length() / 3);
        if (mode != Specials.IGNORED) {
            form.before().forEach(id -> ids.add(id, 0, 0));
        }
        for (SpecialTokens.Piece run : specials.split(text, mode)) {
            if (run.special()) {
                ids.add(specialIds.get(text.substring(run.start(), run.end())), run.start(), run.end());
            } else {
                encodeRun(SpacedText.of(text, run.start(), run.end(), form.spacing(), run.start() == 0), ids);
            }
        }
        if (mode != Specials.IGNORED) {
            form.after().forEach(id -> ids.add(id, text.length(), text.length()));
        }
        return ids.encoding();
    }

    private void encodeRun(SpacedText text, IdList ids) {
        Collector collector = new Collector(text, ids);
        if (userDefined == null) {
            cut(text, 0, text.length, collector);
        } else {
            String spaced = text.text(0, text.length);
            for (SpecialTokens.Piece part : userDefined.split(spaced, Specials.RECOGNIZED)) {
                if (part.special()) {
                    collector.piece(pieces.textId(spaced.substring(part.start(), part.end())), part.start(), part.end());
                } else {
                    cut(text, part.start(), part.end(), collector);
                }
            }
        }
        collector.endUnknown();
    }

    private void cut(SpacedText text, int from, int to, Collector collector) {
        boolean everySpace = form.spacing().cutBeforeSpaces();
        int start = from;
        for (int at = from + 1; at < to && (wordByWord || everySpace); at++) {
            if (text.characters[at] == Pieces.SPACE && (everySpace || text.characters[at - 1] != Pieces.SPACE)) {
                segmenter.segment(text, start, at, collector);
                start = at;
            }
        }
        segmenter.segment(text, start, to, collector);
    }

    /** Turns pieces into ids, unknown characters into bytes or the unknown id. */
    private final class Collector implements Segmenter.Visitor {

        private final SpacedText text;
        private final IdList ids;
        private int unknownFrom = -1;
        private int unknownTo;

        Collector(SpacedText text, IdList ids) {
            this.text = text;
            this.ids = ids;
        }

        @Override
        public void piece(int id, int from, int to) {
            if (id < 0 && form.byteFallback() && addBytes(from, to)) {
                return;
            }
            if (id < 0) {
                if (!form.fuseUnknown()) {
                    endUnknown();
                }
                unknownFrom = unknownFrom < 0 ? from : unknownFrom;
                unknownTo = to;
                return;
            }
            endUnknown();
            ids.add(id, text.origins[from], text.origins[to]);
        }

        private boolean addBytes(int from, int to) {
            byte[] bytes = text.text(from, to).getBytes(StandardCharsets.UTF_8);
            for (byte b : bytes) {
                if (pieces.byteId(b) < 0) {
                    return false;
                }
            }
            endUnknown();
            for (byte b : bytes) {
                ids.add(pieces.byteId(b), text.origins[from], text.origins[to]);
            }
            return true;
        }

        void endUnknown() {
            if (unknownFrom >= 0) {
                if (pieces.unknown() < 0) {
                    throw Problem.failed("the tokenizer has no piece for \"" + text.text(unknownFrom, unknownTo) + "\"",
                            "it stands at character " + text.origins[unknownFrom] + ", and the vocabulary has neither bytes nor an unknown piece",
                            "leave it out, or use a tokenizer with byte fallback");
                }
                ids.add(pieces.unknown(), text.origins[unknownFrom], text.origins[unknownTo]);
                unknownFrom = -1;
            }
        }
    }

    @Override
    public String decode(int[] ids) {
        StreamingDecoder decoder = streamingDecoder();
        StringBuilder text = new StringBuilder(4 * ids.length);
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        return text.append(decoder.finish()).toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new PieceDecoder(pieces, form);
    }

    @Override
    public String token(int id) {
        return pieces.get(id).text();
    }

    @Override
    public Optional<Integer> id(String token) {
        return pieces.vocabulary().id(token);
    }

    @Override
    public Optional<Integer> endOfText() {
        return form.end() < 0 ? Optional.empty() : Optional.of(form.end());
    }

    @Override
    public String toJson() {
        return MetaspaceJson.write(this);
    }
}
