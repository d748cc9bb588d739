package org.llmsys.transformer.internal;

import java.util.Arrays;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.embedding.Embedding;
import org.llmsys.layers.Dropout;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;

/**
 * From ids to the stream that the blocks read.
 *
 * <pre>
 *   x = wte[ids] + positions                                     (B,T,C)
 *   x = norm_e(wte[ids] + wtt[types] + positions)                (B,T,C)     with token types
 * </pre>
 *
 * <p>Places in traces: {@code hook_embed}; {@code hook_pos_embed} and {@code hook_token_type_embed} where such vectors are added;
 * {@code hook_full_embed} behind the norm.
 */
final class InputEmbedding {

    private final ModelConfig config;
    private final Embedding tokens;
    private final Embedding types;
    private final PositionalLayer positions;
    private final Layer norm;
    private final Addition sum;
    private final Dropout dropout;
    private final String embedPlace;
    private final String typePlace;
    private final String positionPlace;
    private final String fullPlace;

    /**
     * @param place      what stands before its places in traces
     * @param firstBlock number of the block that reads it, for random draws
     */
    InputEmbedding(ModelConfig config, String place, int firstBlock, Parameters parameters, Needs needs) {
        this.config = config;
        this.tokens = new Embedding("wte", config.vocabSize(), config.embeddingDim(), parameters, needs);
        PositionSpec spec = new PositionSpec(config.contextLength(), config.embeddingDim(), config.headDim(), config.ropeTheta(), "wpe.weight",
                config.ropePairing(), config.ropeScaling());
        this.positions = new WatchedPositions(needs.structure(PositionalEncoding.class, config.position()).build(spec, parameters, needs), config.position());
        boolean typed = config.tokenTypes() > 0;
        this.types = typed ? new Embedding("wtt", config.tokenTypes(), config.embeddingDim(), parameters, needs) : null;
        this.norm = typed ? new NormalizationLayer(config.normalization(), "ln_e", config.embeddingDim(), config.normEps(), parameters, needs) : null;
        this.sum = new Addition(needs);
        this.dropout = new Dropout(config.dropout(), Places.embedding(firstBlock));
        this.embedPlace = place + "hook_embed";
        this.typePlace = place + "hook_token_type_embed";
        this.positionPlace = place + "hook_pos_embed";
        this.fullPlace = place + "hook_full_embed";
    }

    /** For a tied output. */
    Embedding tokens() {
        return tokens;
    }

    /** For the blocks, where an encoding turns queries and keys. */
    PositionalLayer positions() {
        return positions;
    }

    /**
     * @param typeOfEach 0 to tokenTypes - 1; null when all are 0
     * @return shape (B,T,C), with caches (1,N,C)
     * @throws Problem        for an id or type that is not there, or more positions than the context holds
     * @throws ShapeException when the ids are not those sequences
     */
    Variable forward(int[] ids, int[] typeOfEach, Sequences sequences, Pass pass) {
        int batch = sequences instanceof Sequences.Fresh fresh ? fresh.batch() : 1;
        requireFit(ids, batch, sequences);
        int length = ids.length / batch;
        Variable x = Hooks.show(embedPlace, tokens.forward(ids, pass, batch, length), pass);             // (B,T,C)
        if (types != null) {
            x = sum.forward(x, Hooks.show(typePlace, types.forward(types(typeOfEach, ids.length), pass, batch, length), pass), pass);
        } else if (typeOfEach != null) {
            throw Problem.misused("this model knows no token types", "its configuration says tokenTypes 0", "leave the types out");
        }
        x = placed(x, sequences, pass);
        if (norm != null) {
            x = Hooks.show(fullPlace, norm.forward(x, pass), pass);
        }
        return dropout.forward(x, pass);
    }

    private int[] types(int[] typeOfEach, int count) {
        int[] all = typeOfEach == null ? new int[count] : typeOfEach;
        if (all.length != count) {
            throw new ShapeException("transformer: token types", Shape.of(all.length), "each of the " + count + " tokens has one type");
        }
        if (Arrays.stream(all).anyMatch(type -> type < 0 || type >= config.tokenTypes())) {
            throw Problem.failed("a token type is not one of 0 to " + (config.tokenTypes() - 1), "the model knows " + config.tokenTypes(), "correct the types");
        }
        return all;
    }

    /** Positions added; when their vectors shall be seen, on their own and then added, which gives the same bits. */
    private Variable placed(Variable x, Sequences sequences, Pass pass) {
        Hooks hooks = Hooks.of(pass);
        if (hooks == null || !hooks.wants(positionPlace)) {
            return added(x, sequences, pass);
        }
        Variable nothing = Variable.constant("nothing", pass.zeros(x.shape()));
        Variable vectors = added(nothing, sequences, pass);
        return vectors == nothing ? added(x, sequences, pass) : sum.forward(x, Hooks.show(positionPlace, vectors, pass), pass);
    }

    /** The positions of each sequence added to its rows. */
    private Variable added(Variable x, Sequences sequences, Pass pass) {
        if (!(sequences instanceof Sequences.Continued continued)) {
            return positions.add(x, 0, pass);
        }
        if (continued.parts().size() == 1) {
            return positions.add(x, continued.parts().getFirst().cache().length(), pass);
        }
        Tensor all = pass.blank(x.shape());                                              // (1,N,C)
        int from = 0;
        for (Sequences.Part part : continued.parts()) {
            int to = from + part.rows();
            Variable rows = Variable.constant("rows", x.value().slice(1, from, to));
            all.slice(1, from, to).copyFrom(positions.add(rows, part.cache().length(), pass).value());
            from = to;
        }
        return Variable.constant("positions", all);
    }

    /** Everything that can be wrong with ids. */
    private void requireFit(int[] ids, int batch, Sequences sequences) {
        int rows = sequences instanceof Sequences.Continued continued ? continued.rows() : ids.length;
        if (batch < 1 || ids.length == 0 || ids.length % batch != 0 || rows != ids.length) {
            throw new ShapeException("transformer", Shape.of(ids.length), sequences instanceof Sequences.Fresh
                    ? ids.length + " ids are no batch of " + batch + "; every row has the same number of ids, at least one"
                    : ids.length + " ids are not the " + rows + " rows of the sequences");
        }
        if (sequences instanceof Sequences.Continued continued) {
            continued.parts().forEach(part -> requireRoom(part.cache().length() + part.rows()));
        } else {
            requireRoom(ids.length / batch);
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
                throw Problem.failed("token id " + ids[i] + " at place " + i + " is not in the vocabulary",
                        "the model knows ids 0 to " + (config.vocabSize() - 1), "use the tokenizer that belongs to the model");
            }
        }
    }

    private void requireRoom(int length) {
        if (length > config.contextLength()) {
            throw Problem.failed("a sequence of " + length + " tokens is too long", "the model's context holds " + config.contextLength(),
                    "use a shorter text, or a model with a longer context");
        }
    }
}
