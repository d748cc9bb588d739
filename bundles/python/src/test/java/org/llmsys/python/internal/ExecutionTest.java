package org.llmsys.python.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Commands;

@Timeout(60)
class ExecutionTest {

    private static Execution started(Commands commands) {
        Execution execution = new Execution(commands, "test");
        execution.start();
        return execution;
    }

    /** Kind and text of each piece, to the end. */
    private static List<String> everything(Execution execution) throws InterruptedException {
        List<String> pieces = new ArrayList<>();
        for (;;) {
            byte[] piece = execution.read(10_000);
            if (piece.length == 0) {
                return pieces;
            }
            pieces.add(piece[0] + ":" + new String(piece, 1, piece.length - 1, StandardCharsets.UTF_8));
        }
    }

    @Test
    @DisplayName("pieces come in order, of both streams, then the status; large ones before anybody flushes")
    void output() throws Throwable {
        Execution execution = started((console, line) -> {
            console.out().print("α");
            console.out().flush();
            console.err().print("remark");
            console.err().flush();
            console.out().print("x".repeat(1 << 17));
            return 3;
        });
        List<String> pieces = everything(execution);
        assertEquals(List.of("1:α", "2:remark"), pieces.subList(0, 2));
        assertEquals(1 << 17, pieces.stream().skip(2).mapToInt(piece -> piece.length() - 2).sum());
        assertEquals(3, execution.status());
        assertEquals(0, execution.read(0).length);
    }

    @Test
    @DisplayName("a command waits for its reader: it is at most two pieces ahead")
    void backPressure() throws Exception {
        AtomicInteger written = new AtomicInteger();
        Execution execution = started((console, line) -> {
            while (!console.cancelled()) {
                console.out().print(written.incrementAndGet());
                console.out().flush();
            }
            return 0;
        });
        for (int read = 1; read <= 20; read++) {
            assertEquals(Integer.toString(read), new String(execution.read(10_000), 1, Integer.toString(read).length(), StandardCharsets.UTF_8));
            Thread.sleep(5);
            assertTrue(written.get() <= read + 2, written.get() + " after " + read);
        }
        execution.cancel();
        everything(execution);
        assertEquals(0, assertDoesNotThrowStatus(execution));
    }

    private static int assertDoesNotThrowStatus(Execution execution) {
        try {
            return execution.status();
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    @Test
    @DisplayName("nothing in time is null, and what the command throws comes out itself")
    void failure() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Problem problem = Problem.failed("a", "b", "c");
        Execution execution = started((console, line) -> {
            go.await();
            throw problem;
        });
        assertNull(execution.read(0));
        assertNull(execution.read(30));
        go.countDown();
        assertEquals(List.of(), everything(execution));
        assertSame(problem, assertThrows(Problem.class, execution::status));
    }

    @Test
    @DisplayName("an abandoned command is asked to stop and does not wait for a reader; an interrupted one says its last words")
    void abandoned() throws Exception {
        Execution abandoned = started((console, line) -> {
            while (!console.cancelled()) {
                console.out().print("x".repeat(100));
                console.out().flush();
            }
            return 0;
        });
        abandoned.abandon();
        abandoned.join(30_000);
        assertFalse(abandoned.running());

        Execution waiting = started((console, line) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                console.out().print("saved");
            }
            return 0;
        });
        waiting.interrupt();
        assertEquals(List.of("1:saved"), everything(waiting));
    }
}
