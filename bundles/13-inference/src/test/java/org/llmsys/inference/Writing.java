package org.llmsys.inference;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerNetwork;

/** A sequence written to its end, and what a pass without any cache says of the same ids. */
final class Writing {

    private Writing() {
    }

    /** Everything a session told. */
    record Written(List<GeneratedToken> tokens, String stopReason, List<LogProbabilities> prompt) {

        List<Integer> ids() {
            return tokens.stream().map(GeneratedToken::id).filter(id -> id != GeneratedToken.TEXT_ONLY).toList();
        }

        String text() {
            return String.join("", tokens.stream().map(GeneratedToken::text).toList());
        }
    }

    static Written all(InferenceEngine engine, LoadedModel model, int[] prompt, GenerationOptions options) {
        try (GenerationSession session = engine.open(model, prompt, options, StepListener.NONE)) {
            return all(session);
        }
    }

    static Written all(GenerationSession session) {
        List<GeneratedToken> tokens = new ArrayList<>();
        for (GeneratedToken token = session.next(); token != null; token = session.next()) {
            tokens.add(token);
        }
        return new Written(tokens, session.stopReason(), session.promptLogProbabilities());
    }

    /** Logits (T,V) of ids in one pass. */
    static float[][] logits(Assemblies assemblies, LoadedModel model, int[] ids) {
        int width = model.model().config().vocabSize();
        float[] all;
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            all = runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, 1, null, false, pass).value().copy().floats();
                }
            });
        }
        float[][] rows = new float[ids.length][width];
        for (int t = 0; t < ids.length; t++) {
            System.arraycopy(all, t * width, rows[t], 0, width);
        }
        return rows;
    }

    /** Bytes given out and not given back. */
    static long live(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    /** Pieces given out and not given back. */
    static long pieces(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::count).sum();
    }

    /** A prompt of ids that do not repeat soon. */
    static int[] prompt(int length, int vocabSize) {
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = (i * i + 7 * i + 3) % vocabSize;
        }
        return ids;
    }
}
