package org.llmsys.inference.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

import org.llmsys.attention.KvCache;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.tokenizer.StreamingDecoder;

/**
 * One sequence being written.
 *
 * <pre>
 *   step      logits = network(ids not yet in the cache), id = choice(logits)
 *   commit    the rows count, the filters hear of id, id joins the sequence
 * </pre>
 *
 * <p>A step that is repeated changes nothing, so the tokens are those of an undisturbed run.
 */
final class WrittenSequence implements GenerationSession {

    private final LoadedModel model;
    private final GenerationOptions options;
    private final TokenSteps steps;
    private final KvCache cache;
    private final List<NamedFilter> filters;
    private final Admission.Ticket ticket;
    private final StreamingDecoder decoder;
    private final StopTexts stops;
    private final int promptLength;
    /** Of the prompt's tokens, as far as they were measured. */
    private final List<LogProbabilities> promptScores = new ArrayList<>();

    /** The ids the model sees: those in the cache, then those still to be read. */
    private int[] window;
    /** Tokens of the whole sequence, prompt included; the position that draws are functions of. */
    private long position;
    private int written;
    private String stopReason;
    /** Of the token that was picked last; let go before the next one, so that no more than one row is kept. */
    private float[] logits;
    private volatile boolean cancelled;

    /** Owns the cache, the steps and the ticket from here on. */
    WrittenSequence(SequenceRequest request, TokenSteps steps, KvCache cache, List<NamedFilter> filters, Admission.Ticket ticket) {
        this.model = request.model();
        this.options = request.options();
        this.steps = steps;
        this.cache = cache;
        this.filters = filters;
        this.ticket = ticket;
        this.window = request.promptIds().clone();
        this.promptLength = window.length;
        this.position = window.length;
        this.stops = new StopTexts(options.stopTexts());
        this.decoder = model.tokenizer() == null ? id -> "" : model.tokenizer().streamingDecoder();
        filters.forEach(named -> named.filter().begin(window.clone()));
        for (int id : window) {
            decoder.next(id);
        }
        makeRoom();
        if (options.measuresPrompt()) {                          // nothing is known of the first id that is read, nor of those dropped before it
            Arrays.stream(request.promptIds(), 0, promptLength - window.length + 1).mapToObj(LogProbabilities::unknown).forEach(promptScores::add);
        }
    }

    @Override
    public GeneratedToken next() {
        logits = null;
        if (stopReason == null && cancelled) {
            stopReason = "cancelled";
        }
        if (stopReason != null) {
            return null;
        }
        try {
            if (written == options.maxTokens()) {
                measurePrompt();
                stopReason = "length";
                return null;
            }
            return write();
        } catch (CancellationException e) {
            if (!cancelled) {
                throw e;
            }
            stopReason = "cancelled";                            // cancelled while it waited for a provider
            return null;
        }
    }

    private GeneratedToken write() {
        makeRoom();
        while (unread() > chunk()) {
            run(chunk(), false);
        }
        Prediction prediction = run(unread(), true);
        int id = prediction.id();
        written++;
        if (ends(id)) {
            String rest = heldBack();
            return rest.isEmpty() ? null : new GeneratedToken(GeneratedToken.TEXT_ONLY, rest);
        }
        String text = stops.next(decoder.next(id));
        if (stops.found()) {
            stopReason = "stop";
        } else if (written == options.maxTokens()) {
            stopReason = "length";
        } else if (window.length > contextLength() && !options.slide()) {
            stopReason = "context";
        }
        String shown = stopReason == null ? text : text + ("stop".equals(stopReason) ? stops.rest() : heldBack());
        return new GeneratedToken(id, shown, prediction.model(), prediction.filtered());
    }

    /** Whether this token ends the sequence and is not written. */
    private boolean ends(int id) {
        if (options.stopTokens().contains(id)) {
            stopReason = "stop";
        } else if (model.ends(id)) {
            stopReason = "end";
        }
        return stopReason != null;
    }

    /** At the end of the text: a character that was never completed, and what might have become a stop text. */
    private String heldBack() {
        return stops.next(decoder.finish()) + stops.rest();
    }

    /** When the context is full: forgets all but the last half of it; that half is read again, at positions from 0 on. */
    private void makeRoom() {
        if (window.length > contextLength()) {
            window = Arrays.copyOfRange(window, window.length - Math.max(1, contextLength() / 2), window.length);
            cache.truncate(0);
        }
    }

    private int contextLength() {
        return model.model().config().contextLength();
    }

    private int unread() {
        return window.length - cache.length();
    }

    private int chunk() {
        return measuring() ? Reading.MEASURED_CHUNK : Reading.CHUNK;
    }

    /** Reads the next {@code count} ids of the window, and picks the token after them if asked. */
    private Prediction run(int count, boolean pick) {
        int from = cache.length();
        PromptScores scores = null;
        if (measuring()) {
            int[] next = Arrays.copyOfRange(window, from + 1, Math.min(window.length, from + count + 1));
            scores = new PromptScores(next, options.logProbabilities().orElseThrow().alternatives());
        }
        return steps.read(new Reading(Arrays.copyOfRange(window, from, from + count), position, pick, scores), this::goOn);
    }

    private void goOn(Prediction prediction) {
        promptScores.addAll(prediction.scores());
        if (prediction.id() != Prediction.NONE) {
            logits = prediction.logits();
            window = Arrays.copyOf(window, window.length + 1);
            window[window.length - 1] = prediction.id();
            position++;
            filters.forEach(named -> named.filter().accept(prediction.id()));
        }
    }

    // ---- the prompt's own probabilities -----------------------------------------------------------------------------------------

    private boolean measuring() {
        return options.measuresPrompt() && promptScores.size() < promptLength;
    }

    /** When no token is wanted: all but the last id is read, which tells of the last one too. */
    private void measurePrompt() {
        while (measuring() && unread() > 1) {
            run(Math.min(Reading.MEASURED_CHUNK, unread() - 1), false);
        }
    }

    @Override
    public List<LogProbabilities> promptLogProbabilities() {
        return List.copyOf(promptScores);
    }

    @Override
    public float[] logits() {
        return logits == null ? null : logits.clone();
    }

    // ---- its end --------------------------------------------------------------------------------------------------------------

    @Override
    public String stopReason() {
        return stopReason;
    }

    @Override
    public void cancel() {
        cancelled = true;
        steps.cancel();                                          // wakes it when it waits for a provider
    }

    @Override
    public void close() {
        if (stopReason == null) {
            stopReason = "cancelled";
        }
        steps.close();
        cache.close();
        ticket.close();
    }
}
