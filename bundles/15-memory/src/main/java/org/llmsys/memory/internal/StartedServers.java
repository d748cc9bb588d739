package org.llmsys.memory.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.llmsys.bindings.NativeServers;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.llmsys.memory.InferenceServers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The servers that were started here. Immediate, because it knows which run. */
@Component(immediate = true)
public final class StartedServers implements InferenceServers {

    private static final Duration GRACE = Duration.ofSeconds(2);

    private final NativeServers servers;
    private final List<Running> running = new CopyOnWriteArrayList<>();

    @Activate
    public StartedServers(@Reference NativeServers servers) {
        this.servers = servers;
    }

    @Deactivate
    void deactivate() {
        running.forEach(each -> each.server().stop(GRACE));
    }

    @Override
    public Server start(Settings settings) {
        Server started = servers.start(settings);
        Known known = new Known(started, running);
        running.add(new Running(settings, known));
        return known;
    }

    @Override
    public List<Running> running() {
        return List.copyOf(running);
    }

    /** Leaves the list when it stops. */
    private record Known(Server server, List<Running> running) implements Server {

        @Override
        public int port() {
            return server.port();
        }

        @Override
        public void stop(Duration grace) {
            running.removeIf(each -> each.server() == this);
            server.stop(grace);
        }
    }
}
