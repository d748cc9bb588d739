package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;

/** A server of the engine with the model it serves. */
final class RunningServer implements Server {

    private final OpenObjects open;
    private final EngineModel model;
    private final Handle tokenizer;
    private final AtomicLong number;
    private final int port;

    private RunningServer(OpenObjects open, EngineModel model, Handle tokenizer, long number) {
        this.open = open;
        this.model = model;
        this.tokenizer = tokenizer;
        this.number = new AtomicLong(number);
        this.port = port0(number);
    }

    static RunningServer start(Settings settings, OpenObjects open) {
        EngineModel model = EngineModel.load(settings.model(), null);
        Handle tokenizer = null;
        try (Arena arena = Arena.ofConfined()) {
            tokenizer = settings.tokenizer() == null ? model.tokenizer() : EngineModel.tokenizer(settings.tokenizer());
            if (tokenizer == null) {
                throw Problem.failed("the model " + settings.model() + " cannot be served",
                        "it came without a tokenizer that the native engine can read",
                        "name a tokenizer file");
            }
            long number = start0(model.number(), tokenizer.number(), arena.allocateFrom(settings.name()).address(),
                    settings.host() == null ? 0 : arena.allocateFrom(settings.host()).address(), settings.port(),
                    settings.token() == null ? 0 : arena.allocateFrom(settings.token()).address(), settings.maxSessions(), settings.maxWaiting(),
                    settings.maxTokens());
            return open.add(new RunningServer(open, model, tokenizer, number));
        } catch (RuntimeException | Error e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            model.close();
            throw e;
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void stop(Duration grace) {
        long running = number.getAndSet(0);
        if (running == 0) {
            return;
        }
        open.remove(this);
        try {
            stop0(running, grace.toMillis());
        } finally {
            tokenizer.close();
            model.close();
        }
    }

    private static native long start0(long model, long tokenizer, long name, long host, int port, long token, int maxSessions, int maxWaiting,
            int maxTokens);

    private static native int port0(long server);

    private static native void stop0(long server, long milliseconds);
}
