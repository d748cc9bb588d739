package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

import org.llmsys.attention.KvCache;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;
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

    /** Most tokens of a prompt in one step: a swap never waits for more than this. */
    private static final int CHUNK = 256;

    private final LoadedModel model;
    private final GenerationOptions options;
    private final TokenSteps steps;
    private final KvCache cache;
    private final List<NamedFilter> filters;
    private final StreamingDecoder decoder;
    private final StopTexts stops;

    /** The ids the model sees: those in the cache, then those still to be read. */
    private int[] window;
    /** Tokens of the whole sequence, prompt included; the position that draws are functions of. */
    private long position;
    private int written;
    private String stopReason;
    private volatile boolean cancelled;

    /** Owns the cache and the steps from here on. */
    WrittenSequence(LoadedModel model, int[] promptIds, GenerationOptions options, TokenSteps steps, KvCache cache, List<NamedFilter> filters) {
        this.model = model;
        this.options = options;
        this.steps = steps;
        this.cache = cache;
        this.filters = filters;
        this.window = promptIds.clone();
        this.position = promptIds.length;
        this.stops = new StopTexts(options.stopTexts());
        this.decoder = model.tokenizer() == null ? id -> "" : model.tokenizer().streamingDecoder();
        filters.forEach(named -> named.filter().begin(promptIds.clone()));
        for (int id : promptIds) {
            decoder.next(id);
        }
    }

    @Override
    public GeneratedToken next() {
        if (stopReason == null && cancelled) {
            stopReason = "cancelled";
        }
        if (stopReason == null && written == options.maxTokens()) {
            stopReason = "length";
        }
        if (stopReason != null) {
            return null;
        }
        try {
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
        while (unread() > CHUNK) {
            run(CHUNK, false);
        }
        Prediction prediction = run(unread(), true);
        int id = prediction.id();
        written++;
        if (model.tokenizer() != null && model.tokenizer().endOfText().filter(end -> end == id).isPresent()) {
            stopReason = "end";
            String rest = heldBack();
            return rest.isEmpty() ? null : new GeneratedToken(id, rest);
        }
        String text = stops.next(decoder.next(id));
        if (stops.found()) {
            stopReason = "stop";
        } else if (written == options.maxTokens()) {
            stopReason = "length";
        } else if (window.length > contextLength() && !options.slide()) {
            stopReason = "context";
        }
        return new GeneratedToken(id, stopReason == null ? text : text + ("stop".equals(stopReason) ? stops.rest() : heldBack()));
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

    /** Reads the next {@code count} ids of the window, and picks the token after them if asked. */
    private Prediction run(int count, boolean pick) {
        int[] ids = Arrays.copyOfRange(window, cache.length(), cache.length() + count);
        return steps.read(ids, position, pick, this::goOn);
    }

    private void goOn(Prediction prediction) {
        if (prediction.id() != Prediction.NONE) {
            window = Arrays.copyOf(window, window.length + 1);
            window[window.length - 1] = prediction.id();
            position++;
            filters.forEach(named -> named.filter().accept(prediction.id()));
        }
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
    }
}
