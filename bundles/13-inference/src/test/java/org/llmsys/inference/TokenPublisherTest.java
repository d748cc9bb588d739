package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.WorkerPool;

@Timeout(60)
class TokenPublisherTest {

    /** Hands out numbers, and counts how many it was asked for. */
    private static final class CountingSession implements GenerationSession {

        private final AtomicInteger computed = new AtomicInteger();
        private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        private volatile boolean cancelled;
        private int failAt = Integer.MAX_VALUE;

        @Override
        public GeneratedToken next() {
            int n = computed.getAndIncrement();
            if (n == failAt) {
                throw Problem.failed("no token " + n, "a test says so", "none");
            }
            return cancelled || n == 10 ? null : new GeneratedToken(n, "t" + n);
        }

        @Override
        public String stopReason() {
            return cancelled ? "cancelled" : null;
        }

        @Override
        public List<LogProbabilities> promptLogProbabilities() {
            return List.of();
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void close() {
            events.add("closed");
        }
    }

    /** Notes what it hears. */
    private static final class Listener implements Flow.Subscriber<GeneratedToken> {

        private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(GeneratedToken token) {
            heard.add(token.id());
        }

        @Override
        public void onError(Throwable error) {
            heard.add(error);
        }

        @Override
        public void onComplete() {
            heard.add("complete");
        }

        Object next() throws InterruptedException {
            return heard.poll(20, TimeUnit.SECONDS);
        }
    }

    private final CountingSession session = new CountingSession();
    private final Listener listener = new Listener();

    @Test
    @DisplayName("what was not asked for is not computed; at the end it is complete and closed")
    void backPressure() throws InterruptedException {
        new TokenPublisher(session).subscribe(listener);
        listener.subscription.request(3);
        for (int n = 0; n < 3; n++) {
            assertEquals(n, listener.next());
        }
        assertNull(listener.heard.poll(200, TimeUnit.MILLISECONDS));
        assertEquals(3, session.computed.get());
        listener.subscription.request(Long.MAX_VALUE);
        listener.subscription.request(Long.MAX_VALUE);
        for (int n = 3; n < 10; n++) {
            assertEquals(n, listener.next());
        }
        assertEquals("complete", listener.next());
        assertEquals("closed", session.events.poll(20, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("cancelled while nothing is asked for: the session is cancelled and closed, and nothing more is heard")
    void cancels() throws InterruptedException {
        new TokenPublisher(session).subscribe(listener);
        listener.subscription.request(1);
        assertEquals(0, listener.next());
        listener.subscription.cancel();
        assertEquals("closed", session.events.poll(20, TimeUnit.SECONDS));
        assertTrue(session.cancelled);
        assertNull(listener.heard.poll());
    }

    @Test
    @DisplayName("a failing step, a request for nothing and a second subscriber end in onError")
    void errors() throws InterruptedException {
        session.failAt = 1;
        TokenPublisher publisher = new TokenPublisher(session);
        publisher.subscribe(listener);
        Listener second = new Listener();
        publisher.subscribe(second);
        assertInstanceOf(IllegalStateException.class, second.next());
        second.subscription.cancel();
        listener.subscription.request(5);
        assertEquals(0, listener.next());
        assertInstanceOf(Problem.class, listener.next());
        assertEquals("closed", session.events.poll(20, TimeUnit.SECONDS));

        CountingSession other = new CountingSession();
        Listener misusing = new Listener();
        new TokenPublisher(other).subscribe(misusing);
        misusing.subscription.request(0);
        assertInstanceOf(IllegalArgumentException.class, misusing.next());
        assertEquals("closed", other.events.poll(20, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("a real session, one token at a time: the tokens that pulling gives")
    void realSession() throws InterruptedException {
        var assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        LoadedModel model = TinyModels.characters(assemblies, 24);
        InferenceEngine engine = new AutoregressiveEngine(assemblies);
        List<Integer> expected = Writing.all(engine, model, new int[] {1}, GenerationOptions.greedy(8)).ids();
        new TokenPublisher(engine.open(model, new int[] {1}, GenerationOptions.greedy(8), StepListener.NONE)).subscribe(listener);
        List<Object> heard = new ArrayList<>();
        do {
            listener.subscription.request(1);
            heard.add(listener.next());
        } while (!heard.getLast().equals("complete") && heard.size() < 20);
        heard.removeLast();
        assertEquals(expected, heard);
    }
}
