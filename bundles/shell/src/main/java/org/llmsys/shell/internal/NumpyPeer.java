package org.llmsys.shell.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.llmsys.shell.Console;

/** numpy's matrix product in a Python process that waits for sizes: the field's usual BLAS, measured in the same rounds as ours. */
final class NumpyPeer implements AutoCloseable {

    static final String NAME = "numpy";

    private static final String PROGRAM = """
            import sys, time
            import numpy
            random = numpy.random.default_rng(1)
            print(numpy.__version__, flush=True)
            made = {}
            for line in sys.stdin:
                n, repetitions = map(int, line.split())
                if n not in made:
                    made = {n: (random.standard_normal((n, n), dtype=numpy.float32), random.standard_normal((n, n), dtype=numpy.float32),
                                numpy.empty((n, n), dtype=numpy.float32))}
                a, b, c = made[n]
                start = time.perf_counter()
                for _ in range(repetitions):
                    numpy.matmul(a, b, out=c)
                print((time.perf_counter() - start) / repetitions, flush=True)
            """;

    private final Process python;
    private final PrintStream questions;
    private final BufferedReader answers;

    private NumpyPeer(Process python) {
        this.python = python;
        this.questions = new PrintStream(python.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(python.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @return null, with a remark, when there is no Python with numpy */
    static NumpyPeer start(int threads, Console console) {
        ProcessBuilder builder = new ProcessBuilder("python3", "-c", PROGRAM).redirectError(ProcessBuilder.Redirect.DISCARD);
        for (String limit : new String[] {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}) {
            builder.environment().put(limit, Integer.toString(threads));
        }
        builder.environment().remove("OPENBLAS_CORETYPE");             // it would choose kernels for another processor
        try {
            NumpyPeer peer = new NumpyPeer(builder.start());
            String version = peer.answers.readLine();
            if (version != null) {
                console.err().println("peer: numpy " + version + ", " + threads + " threads");
                return peer;
            }
        } catch (IOException e) {
            // told below
        }
        console.err().println("no peer: there is no python3 with numpy on the PATH");
        return null;
    }

    double seconds(int n, int repetitions) throws IOException {
        questions.println(n + " " + repetitions);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("numpy ended unexpectedly");
        }
        return Double.parseDouble(answer);
    }

    @Override
    public void close() {
        questions.close();
        python.destroy();
    }
}
