package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.internal.IdList;

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
class SentencePieceTokenizer implements Tokenizer {

    private final String type;
    private final Pieces pieces;
    private final Segmenter segmenter;
    private final TextForm form;
    private final AddedTokens added;
    /** Those added tokens that are looked for in the normalized text, with their normalized texts. */
    private final AddedTokens normalizedAdded;
    private final TextNormalizer normalizer;
    private final List<TextStep> preTokenizers;
    /** The user-defined pieces that stand by themselves before anything is cut, or null when there are none. */
    private final PieceTrie userDefined;
    private final List<PieceMerges.Rule> rules;

    /**
     * @param tokens tokens looked for in a text before it is cut
     * @param rules  for a vocabulary that came with a list of merges; null where scores decide
     */
    SentencePieceTokenizer(String type, Pieces pieces, TextForm form, List<AddedTokens.Token> tokens, List<PieceMerges.Rule> rules) {
        this.type = type;
        this.pieces = pieces;
        this.form = form;
        this.rules = rules;
        boolean merges = type.equals(SentencePieceBpeType.TYPE);
        this.segmenter = !merges ? new ViterbiSegmenter(pieces, form.isSentencePiece())
                : new MergeSegmenter(pieces, rules == null ? PieceMerges.byScore(pieces) : PieceMerges.inOrder(pieces, rules));
        PieceTrie standing = form.isSentencePiece() ? pieces.userDefined() : null;
        this.userDefined = merges ? standing : null;
        this.added = new AddedTokens(tokens.stream().filter(token -> !token.normalized()).toList());
        switch (form.preparation()) {
            case Preparation.SentencePiece as -> {
                normalizer = new StreamNormalizer(as.spacing(), as.map(), standing);
                preTokenizers = List.of();
            }
            case Preparation.HuggingFace as -> {
                normalizer = (text, from, to) -> {
                    SpacedText run = SpacedText.asIs(text, from, to);
                    for (TextStep step : as.normalizers()) {
                        run = step.apply(run);
                    }
                    run.base = from;
                    return run;
                };
                preTokenizers = as.preTokenizers();
            }
        }
        this.normalizedAdded = new AddedTokens(tokens.stream().filter(AddedTokens.Token::normalized).map(this::normalized)
                .filter(token -> !token.content().isEmpty()).toList());
    }

    private AddedTokens.Token normalized(AddedTokens.Token token) {
        SpacedText text = normalizer.normalize(token.content(), 0, token.content().length());
        return token.with(text.text(0, text.length));
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

    /** The merges in order, as {@code tokenizer.json} lists them. */
    List<PieceMerges.Rule> rules() {
        return rules == null ? PieceMerges.listed(pieces) : rules;
    }

    /** Whether the pieces' scores say how they merge. */
    boolean mergesByScore() {
        return rules == null;
    }

    List<AddedTokens.Token> added() {
        return added.all();
    }

    List<AddedTokens.Token> normalizedAdded() {
        return normalizedAdded.all();
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        TextNormalizer.requireWhole(text);
        IdList ids = new IdList(text.length() / 3);
        if (mode != Specials.IGNORED) {
            form.before().forEach(id -> ids.add(id, 0, 0));
        }
        for (AddedTokens.Run run : added.split(text, 0, text.length(), mode)) {
            if (run.id() >= 0) {
                ids.add(run.id(), run.start(), run.end());
            } else {
                encodeRun(normalizer.normalize(text, run.start(), run.end()), mode, ids);
            }
        }
        if (mode != Specials.IGNORED) {
            form.after().forEach(id -> ids.add(id, text.length(), text.length()));
        }
        return ids.encoding();
    }

    private void encodeRun(SpacedText text, Specials mode, IdList ids) {
        if (normalizedAdded.all().isEmpty()) {
            encodePart(text, ids);
            return;
        }
        for (AddedTokens.Run run : normalizedAdded.split(text.text(0, text.length), 0, text.length, mode)) {
            if (run.id() >= 0) {
                ids.add(run.id(), text.origins[run.start()], text.originalEnd(run.end()));
            } else {
                encodePart(text.part(run.start(), run.end()), ids);
            }
        }
    }

    private void encodePart(SpacedText part, IdList ids) {
        SpacedText text = part;
        for (TextStep step : preTokenizers) {
            text = step.apply(text);
        }
        Collector collector = new Collector(text, ids);
        Segmenter.Cutter cutter = segmenter.cutter(text, collector);
        int from = 0;
        for (int i = 0; i <= text.cutCount; i++) {
            int to = i < text.cutCount ? text.cuts[i] : text.length;
            if (userDefined == null) {
                cutter.cut(from, to);
            } else {
                aroundUserDefined(text, from, to, cutter, collector);
            }
            collector.endUnknown();
            from = to;
        }
    }

    private void aroundUserDefined(SpacedText text, int from, int to, Segmenter.Cutter cutter, Collector collector) {
        String spaced = text.text(0, to);
        int start = from;
        for (int at = from; at < to;) {
            int end = userDefined.longest(spaced, at, to);
            if (end > at) {
                cutter.cut(start, at);
                collector.piece(userDefined.id(spaced.substring(at, end)), at, end);
                start = end;
            }
            at = end > at ? end : text.characterEnd(at);
        }
        cutter.cut(start, to);
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
            ids.add(id, text.origins[from], text.originalEnd(to));
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
                ids.add(pieces.byteId(b), text.origins[from], text.originalEnd(to));
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
                ids.add(pieces.unknown(), text.origins[unknownFrom], text.originalEnd(unknownTo));
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

    @Override
    public Optional<Map<String, byte[]>> files(TokenizerFile.Form as) {
        return PieceFileWriter.files(this, as);
    }

    /** A tokenizer that remembers how its merges were learned. */
    static final class Trained extends SentencePieceTokenizer implements MergeHistory {

        private final List<Merge> history;

        Trained(Pieces pieces, TextForm form, List<Merge> history) {
            super(SentencePieceBpeType.TYPE, pieces, form, controls(pieces), null);
            this.history = List.copyOf(history);
        }

        @Override
        public List<Merge> merges() {
            return history;
        }
    }

    /** Control pieces are the special tokens. */
    static List<AddedTokens.Token> controls(Pieces pieces) {
        List<AddedTokens.Token> controls = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == PieceType.CONTROL) {
                controls.add(AddedTokens.Token.special(pieces.get(id).text(), id));
            }
        }
        return controls;
    }
}
