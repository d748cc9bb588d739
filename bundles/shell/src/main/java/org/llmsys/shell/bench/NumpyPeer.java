package org.llmsys.shell.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * numpy's matrix multiplication (OpenBLAS) in a process of its own, asked for one measurement at a time, so that it and ours take
 * turns on the same machine in the same minute.
 */
final class NumpyPeer implements AutoCloseable {

    /** Reads "n repetitions", answers with the seconds of one product; ends when its input ends. */
    private static final String PROGRAM = """
            import sys, time
            import numpy as np
            print("ready", flush=True)
            made = {}
            for line in sys.stdin:
                n, repetitions = map(int, line.split())
                if n not in made:
                    r = np.random.default_rng(1)
                    made[n] = (r.standard_normal((n, n), dtype=np.float32), r.standard_normal((n, n), dtype=np.float32), np.empty((n, n), np.float32))
                a, b, c = made[n]
                start = time.perf_counter()
                for _ in range(repetitions):
                    np.matmul(a, b, out=c)
                print((time.perf_counter() - start) / repetitions, flush=True)
            """;

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    private NumpyPeer(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.questions = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** Starts it with its own choice of kernels and this number of threads; empty when there is no Python with numpy. */
    static Optional<NumpyPeer> start(int threads) {
        try {
            ProcessBuilder builder = new ProcessBuilder("python3", "-c", PROGRAM).redirectError(ProcessBuilder.Redirect.DISCARD);
            Map<String, String> environment = builder.environment();
            environment.remove("OPENBLAS_CORETYPE");
            environment.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
            environment.put("OMP_NUM_THREADS", Integer.toString(threads));
            NumpyPeer peer = new NumpyPeer(builder.start());
            if ("ready".equals(peer.answers.readLine())) {
                return Optional.of(peer);
            }
            peer.close();
            return Optional.empty();
        } catch (IOException noPython) {
            return Optional.empty();
        }
    }

    /** Seconds of one n by n product, the mean of {@code repetitions}. */
    double seconds(int n, int repetitions) throws IOException {
        questions.write(n + " " + repetitions + "\n");
        questions.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("numpy ended in the middle of the measurement");
        }
        return Double.parseDouble(answer);
    }

    @Override
    public void close() {
        try {
            questions.close();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
