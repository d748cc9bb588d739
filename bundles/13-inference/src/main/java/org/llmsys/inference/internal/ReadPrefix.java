package org.llmsys.inference.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.attention.KvCache;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.PromptPrefix;

/** A prompt's beginning in a cache of its own, which sequences fork. */
final class ReadPrefix implements PromptPrefix {

    private final SequenceOpening opening;
    private final SequenceRequest read;
    private final KvCache cache;
    private final Admission.Ticket ticket;
    private boolean closed;

    /** Owns the cache and the ticket from here on. */
    ReadPrefix(SequenceOpening opening, SequenceRequest read, KvCache cache, Admission.Ticket ticket) {
        this.opening = opening;
        this.read = read;
        this.cache = cache;
        this.ticket = ticket;
    }

    @Override
    public int[] ids() {
        return read.promptIds().clone();
    }

    @Override
    public GenerationSession open(int[] promptIds, GenerationOptions options, StepListener listener) {
        SequenceRequest request = new SequenceRequest(read.model(), promptIds, options, listener);
        requireBeginning(promptIds);
        if (options.measuresPrompt()) {
            return opening.open(request);
        }
        if (request.spec().capacity() > cache.capacity()) {
            throw Problem.misused("the sequence reaches " + request.spec().capacity() + " tokens", "its prefix was read for sequences of at most "
                    + cache.capacity(), "write fewer tokens, or read the prefix with a larger reach");
        }
        int held = Math.min(read.promptIds().length, promptIds.length - 1);      // the last id it reads itself: it wants the logits after it
        return opening.continued(request, held, () -> fork(request.spec().capacity(), held));
    }

    private void requireBeginning(int[] promptIds) {
        int[] beginning = read.promptIds();
        for (int i = 0; i < beginning.length; i++) {
            if (i >= promptIds.length || promptIds[i] != beginning[i]) {
                throw Problem.misused("the prompt does not begin with the prefix", "at place " + i + " the prefix has id " + beginning[i]
                        + ", the prompt " + (i < promptIds.length ? "id " + promptIds[i] : "ends"),
                        "give the whole prompt, encoded so that the prefix keeps its ids");
            }
        }
    }

    private synchronized KvCache fork(int capacity, int held) {
        if (closed) {
            throw Problem.misused("the prefix is closed", "its memory went back", "open sequences before it is closed");
        }
        KvCache fork = cache.fork(capacity);
        fork.truncate(held);
        return fork;
    }

    @Override
    public synchronized void close() {
        closed = true;
        cache.close();
        ticket.close();
    }
}
