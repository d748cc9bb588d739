package org.llmsys.training.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.training.data.DocumentStream.Piece;

/**
 * Cleans and tokenizes pieces of documents with several threads; the results come in the order of the pieces, whatever the number of
 * threads. Holds a few bundles of pieces at a time.
 *
 * <p>What looks like a special token in a text is ordinary text.
 */
final class OrderedEncoding implements AutoCloseable {

    private static final int BUNDLE = 1 << 18;

    /** Receives the ids of a piece. */
    @FunctionalInterface
    interface Receiver {
        void accept(int[] ids, boolean last);
    }

    private final Tokenizer tokenizer;
    private final TextCleaning cleaning;
    private final int threads;
    private final Receiver receiver;
    private final ExecutorService workers;
    private final Deque<Future<List<int[]>>> running = new ArrayDeque<>();
    private final Deque<List<Piece>> waiting = new ArrayDeque<>();
    private List<Piece> bundle = new ArrayList<>();
    private int characters;

    OrderedEncoding(Tokenizer tokenizer, TextCleaning cleaning, int threads, Receiver receiver) {
        this.tokenizer = tokenizer;
        this.cleaning = cleaning;
        this.threads = threads;
        this.receiver = receiver;
        this.workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("llmsys-prepare-", 0).daemon().factory());
    }

    /** Takes the next piece; may give some earlier ones to the receiver first. */
    void add(Piece piece) {
        bundle.add(piece);
        characters += piece.text().length();
        if (characters >= BUNDLE) {
            submit();
        }
    }

    /** Gives all that is left to the receiver. */
    void finish() {
        submit();
        while (!running.isEmpty()) {
            receive();
        }
    }

    private void submit() {
        List<Piece> pieces = bundle;
        bundle = new ArrayList<>();
        characters = 0;
        running.add(workers.submit(() -> pieces.stream().map(piece -> tokenizer.encode(cleaning.clean(piece.text()),
                Specials.IGNORED).ids()).toList()));
        waiting.add(pieces);
        if (running.size() > threads + 1) {
            receive();
        }
    }

    private void receive() {
        try {
            List<int[]> ids = running.remove().get();
            List<Piece> pieces = waiting.remove();
            for (int i = 0; i < ids.size(); i++) {
                receiver.accept(ids.get(i), pieces.get(i).last());
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("preparing the data was interrupted");
        }
    }

    /** Ends the threads; what is not yet encoded is dropped. */
    @Override
    public void close() {
        workers.shutdownNow();
        workers.close();
    }
}
