package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.LogProbabilities.Alternative;
import org.llmsys.tokenizer.StreamingDecoder;

/** One sequence that the engine writes. Ids come from there; text, stop texts and the model's further end tokens are Java's. */
final class EngineSession implements GenerationSession {

    private static final int NOT_MEASURED = -1;

    private final LoadedModel model;
    private final int[] prompt;
    private final GenerationOptions options;
    private final int alternatives;
    private final int vocabSize;
    private final Runnable closed;
    private final Handle session;
    private final StreamingDecoder decoder;
    private final StopTexts stops;
    private final double[] told = new double[2];
    private List<LogProbabilities> promptScores = List.of();
    private String stopReason;
    private boolean asked;
    private boolean written;

    /** @param closed is run once, when the memory went back */
    EngineSession(LoadedModel model, EngineModel engine, int[] prompt, GenerationOptions options, Runnable closed) {
        EngineOptions how = EngineOptions.of(options);
        this.model = model;
        this.prompt = prompt.clone();
        this.options = options;
        this.alternatives = alternatives(options);
        this.vocabSize = engine.vocabSize();
        this.closed = closed;
        this.stops = new StopTexts(options.stopTexts());
        this.decoder = model.tokenizer() == null ? id -> "" : model.tokenizer().streamingDecoder();
        try (Arena arena = Arena.ofConfined()) {
            int[] ends = options.stopTokens().stream().mapToInt(Integer::intValue).filter(id -> id < vocabSize).toArray();
            long number = open0(engine.number(), arena.allocateFrom(ValueLayout.JAVA_INT, prompt).address(), prompt.length, options.maxTokens(),
                    how.temperature(), how.topK(), how.topP(), options.seed(), options.slide(), alternatives, options.measuresPrompt(),
                    arena.allocateFrom(ValueLayout.JAVA_INT, ends).address(), ends.length);
            this.session = new Handle("session", number, EngineSession::close0);
        }
        for (int id : prompt) {
            decoder.next(id);
        }
    }

    private static int alternatives(GenerationOptions options) {
        return options.logProbabilities().map(LogProbabilities.Request::alternatives).orElse(NOT_MEASURED);
    }

    /** Bytes that such a sequence holds. */
    static long memory(EngineModel model, int promptLength, GenerationOptions options) {
        return memory0(model.number(), promptLength, options.maxTokens(), options.slide(), alternatives(options), options.measuresPrompt());
    }

    @Override
    public GeneratedToken next() {
        written = false;
        if (stopReason != null) {
            return null;
        }
        String stop = next0(session.number(), told);
        int id = (int) told[1];
        if (!asked && options.measuresPrompt() && !"cancelled".equals(stop)) {
            promptScores = scores(promptScores0(session.number()));
        }
        asked = true;
        if (id >= 0 && model.endTokens().contains(id)) {
            stop = "end";
            id = -1;
        }
        if (id < 0) {
            stopReason = stop;
            String rest = "cancelled".equals(stop) || "length".equals(stop) ? "" : stops.next(decoder.finish()) + stops.rest();
            return rest.isEmpty() ? null : new GeneratedToken(GeneratedToken.TEXT_ONLY, rest);
        }
        written = true;
        String text = stops.next(decoder.next(id));
        stopReason = stops.found() ? "stop" : stop;
        String shown = stopReason == null || stops.found() ? text : text + stops.next(decoder.finish()) + stops.rest();
        return new GeneratedToken(id, shown, measured(id), null);
    }

    private LogProbabilities measured(int id) {
        if (alternatives == NOT_MEASURED) {
            return null;
        }
        int[] ids = new int[Math.min(alternatives, vocabSize)];
        float[] scores = new float[ids.length];
        int count = ids.length == 0 ? 0 : Math.min(ids.length, alternatives0(session.number(), ids, scores));
        List<Alternative> top = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            top.add(new Alternative(ids[i], scores[i]));
        }
        return new LogProbabilities(id, told[0], top);
    }

    private List<LogProbabilities> scores(float[] scores) {
        List<LogProbabilities> all = new ArrayList<>(scores.length);
        for (int i = 0; i < scores.length; i++) {
            all.add(new LogProbabilities(prompt[i], scores[i], List.of()));
        }
        return List.copyOf(all);
    }

    @Override
    public String stopReason() {
        return stopReason;
    }

    @Override
    public List<LogProbabilities> promptLogProbabilities() {
        return promptScores;
    }

    @Override
    public float[] logits() {
        if (!written) {
            return null;
        }
        float[] logits = new float[vocabSize];
        logits0(session.number(), logits);
        return logits;
    }

    @Override
    public void cancel() {
        cancel0(session.number());
    }

    @Override
    public void close() {
        if (stopReason == null) {
            stopReason = "cancelled";
        }
        session.close();
        closed.run();
    }

    private static native long memory0(long model, long prompt, int maxTokens, boolean slide, int alternatives, boolean promptScores);

    private static native long open0(long model, long prompt, long count, int maxTokens, double temperature, int topK, double topP, long seed,
            boolean slide,
            int alternatives, boolean promptScores, long stops, int stopCount);

    /** Why the sequence has ended, or null; told: log-probability, id. */
    private static native String next0(long session, double[] told);

    private static native void logits0(long session, float[] logits);

    private static native int alternatives0(long session, int[] ids, float[] scores);

    private static native float[] promptScores0(long session);

    private static native void cancel0(long session);

    private static native void close0(long session);
}
