package org.llmsys.python.internal;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a command prints, handed over piece by piece to somebody on another thread. There is room for one piece: a command that prints a token and
 * flushes is never more than two tokens ahead of its reader.
 */
final class HandOver {

    /** The first byte of a piece: of standard output, of standard error. */
    static final byte OUT = 1;
    static final byte ERR = 2;

    private static final int LARGEST = 1 << 16;
    private static final long LOOK_MILLIS = 50;

    private final BlockingQueue<byte[]> piece = new ArrayBlockingQueue<>(1);
    private volatile boolean finished;
    private volatile boolean abandoned;

    /** A stream whose pieces begin with this byte. A piece goes over when it is flushed, or large. */
    OutputStream stream(byte kind) {
        return new Pieces(kind);
    }

    /**
     * The next piece.
     *
     * @param millis how long to wait for one
     * @return the kind and the bytes; empty when nothing more will come; null when nothing came in time
     */
    byte[] take(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (;;) {
            boolean last = finished;                                   // looked at first: what came before it is still there
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            byte[] next = piece.poll(last ? 0 : Math.clamp(left, 0, LOOK_MILLIS), TimeUnit.MILLISECONDS);
            if (next != null) {
                return next;
            }
            if (last) {
                return new byte[0];
            }
            if (left <= 0) {
                return null;
            }
        }
    }

    /** The command has ended. */
    void finish() {
        finished = true;
    }

    /** Nobody will read any more: what comes is thrown away, and nobody waits. */
    void abandon() {
        abandoned = true;
        piece.clear();
    }

    private void put(byte[] bytes) {
        boolean interrupted = false;
        try {
            while (!abandoned) {
                try {
                    if (piece.offer(bytes, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException asksTheCommand) {
                    interrupted = true;                                // the command looks at it; what it says must come out first
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** For one thread at a time, as a PrintStream has it. */
    private final class Pieces extends OutputStream {

        private final byte kind;
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

        Pieces(byte kind) {
            this.kind = kind;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            gathered.write(bytes, from, count);
            if (gathered.size() >= LARGEST) {
                flush();
            }
        }

        @Override
        public void flush() {
            if (gathered.size() > 0) {
                byte[] tagged = new byte[gathered.size() + 1];
                tagged[0] = kind;
                byte[] bytes = gathered.toByteArray();
                System.arraycopy(bytes, 0, tagged, 1, bytes.length);
                gathered.reset();
                put(tagged);
            }
        }
    }
}
