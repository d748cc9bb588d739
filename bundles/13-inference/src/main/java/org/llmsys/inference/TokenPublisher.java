package org.llmsys.inference;

import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.llmsys.inference.GenerationSession.GeneratedToken;

/**
 * A sequence that is pushed instead of pulled. A token is computed when the subscriber has asked for it and not before, so nothing piles up and
 * a slow reader holds up nobody else.
 *
 * <pre>{@code
 * new TokenPublisher(engine.open(model, prompt, options, StepListener.NONE)).subscribe(subscriber);
 * }</pre>
 *
 * <p>For one subscriber; a virtual thread works for it and closes the session at the end.
 *
 * @see <a href="https://www.reactive-streams.org">Reactive Streams, whose rules it keeps</a>
 */
public final class TokenPublisher implements Flow.Publisher<GeneratedToken> {

    private final GenerationSession session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private long wanted;
    private String misuse;
    private boolean taken;
    private boolean cancelled;

    /** Owns the session from here on. */
    public TokenPublisher(GenerationSession session) {
        this.session = session;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GeneratedToken> subscriber) {
        lock.lock();
        boolean second = taken;
        taken = true;
        lock.unlock();
        if (second) {
            subscriber.onSubscribe(new Demand(false));
            subscriber.onError(new IllegalStateException("a sequence has one subscriber, and another came first"));
        } else {
            subscriber.onSubscribe(new Demand(true));
            Thread.ofVirtual().name("tokens").start(() -> write(subscriber));
        }
    }

    private void write(Flow.Subscriber<? super GeneratedToken> subscriber) {
        try (session) {
            while (awaitDemand()) {
                GeneratedToken token = session.next();
                if (token == null) {
                    if (!stopped()) {
                        subscriber.onComplete();
                    }
                    return;
                }
                subscriber.onNext(token);
            }
            if (misuse != null) {
                subscriber.onError(new IllegalArgumentException(misuse));
            }
        } catch (RuntimeException | Error e) {
            subscriber.onError(e);
        }
    }

    /** Takes one token off what is wanted; false when no more is. */
    private boolean awaitDemand() {
        lock.lock();
        try {
            while (wanted == 0 && !cancelled && misuse == null) {
                change.awaitUninterruptibly();
            }
            if (cancelled || misuse != null) {
                return false;
            }
            wanted -= wanted == Long.MAX_VALUE ? 0 : 1;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** What the subscriber says; of a second subscriber nothing counts. */
    private final class Demand implements Flow.Subscription {

        private final boolean first;

        Demand(boolean first) {
            this.first = first;
        }

        @Override
        public void request(long tokens) {
            tell(() -> {
                if (tokens <= 0) {
                    misuse = "a subscriber asked for " + tokens + " tokens; it must ask for at least one";
                } else {
                    wanted = wanted + tokens < 0 ? Long.MAX_VALUE : wanted + tokens;
                }
            });
        }

        @Override
        public void cancel() {
            tell(() -> cancelled = true);
            if (first) {
                session.cancel();
            }
        }

        private void tell(Runnable what) {
            lock.lock();
            try {
                if (first) {
                    what.run();
                    change.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
