package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;

/**
 * A sequence that goes on with another engine when the choice changes between two tokens.
 *
 * <pre>
 *   ids      prompt, then what was written: all that another engine needs, as draws are functions of seed and place
 *   inner    the sequence of the engine that serves; stop texts are cut here, because what is held back of one must outlive it
 * </pre>
 *
 * <p>The other engine reads the ids again, which takes a moment; after the context has slid it begins with the last half of it. An engine that cannot
 * take the sequence over is said so once, and the one that writes goes on. For one thread; {@link #cancel} from any.
 */
final class FollowingSequence implements GenerationSession {

    private final ServingEngine engines;
    private final LoadedModel model;
    private final GenerationOptions options;
    private final StepListener listener;
    private final StopTexts stops;
    private int[] ids;
    private int length;
    private int written;
    private String name;
    private InferenceEngine engine;
    private volatile GenerationSession inner;
    private volatile boolean cancelled;
    private String refused;
    private boolean asked;
    private List<LogProbabilities> prompt = List.of();
    private String stopReason;

    FollowingSequence(ServingEngine engines, LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        this.engines = engines;
        this.model = model;
        this.options = options;
        this.listener = listener;
        this.stops = new StopTexts(options.stopTexts());
        this.ids = promptIds.clone();
        this.length = promptIds.length;
        open(engines.serving(), options.stoppingAt(List.of()));
    }

    private void open(String next, GenerationOptions how) {
        engines.with(next, provider -> {
            GenerationSession opened = provider.open(model, Arrays.copyOf(ids, length), how, listener);
            if (inner != null) {
                inner.close();
            }
            inner = opened;
            engine = provider;
            name = next;
            return opened;
        });
        if (cancelled) {
            inner.cancel();
        }
    }

    @Override
    public GeneratedToken next() {
        if (stopReason != null) {
            return null;
        }
        follow();
        GeneratedToken token = step();
        if (!asked) {
            prompt = inner.promptLogProbabilities();
            asked = true;
        }
        String shown = token == null ? "" : stops.next(token.text());
        stopReason = stops.found() ? "stop" : inner.stopReason();
        if (stopReason != null && !stops.found() && !"cancelled".equals(stopReason)) {
            shown += stops.rest();
        }
        if (token == null) {
            return shown.isEmpty() ? null : new GeneratedToken(GeneratedToken.TEXT_ONLY, shown);
        }
        if (token.id() != GeneratedToken.TEXT_ONLY) {
            remember(token.id());
        }
        return new GeneratedToken(token.id(), shown, token.model(), token.filtered());
    }

    private GeneratedToken step() {
        try {
            return ask();
        } catch (Problem problem) {
            if (engines.serving().equals(name)) {
                throw problem;
            }
            follow();                                            // its bundle went after it was looked for
            return ask();
        }
    }

    private GeneratedToken ask() {
        return engines.with(name, same -> {
            if (same != engine) {                                // its bundle was updated between two tokens: another object has the name
                open(name, rest());
            }
            return inner.next();
        });
    }

    private void remember(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, length + length / 2 + 16);
        }
        ids[length++] = id;
        written++;
    }

    private void follow() {
        String serving = engines.serving();
        if (serving.equals(name) || serving.equals(refused)) {
            return;
        }
        try {
            open(serving, rest());
            refused = null;
        } catch (Problem cannot) {
            refused = serving;
            listener.repeated("engine " + serving + " cannot go on with this sequence, " + name + " does: " + cannot.getMessage());
        }
    }

    /** What is still to be written, and the prompt measured if it was not yet. */
    private GenerationOptions rest() {
        Optional<LogProbabilities.Request> measured = options.logProbabilities()
                .map(request -> new LogProbabilities.Request(request.alternatives(), request.prompt() && !asked, request.filtered()));
        return new GenerationOptions(options.maxTokens() - written, options.sampler(), options.filters(), options.seed(), List.of(),
                options.stopTokens(), options.slide(), measured);
    }

    @Override
    public String stopReason() {
        return stopReason;
    }

    @Override
    public List<LogProbabilities> promptLogProbabilities() {
        return prompt;
    }

    @Override
    public float[] logits() {
        return inner.logits();
    }

    @Override
    public void cancel() {
        cancelled = true;
        inner.cancel();
    }

    @Override
    public void close() {
        if (stopReason == null) {
            stopReason = "cancelled";
        }
        inner.close();
    }
}
