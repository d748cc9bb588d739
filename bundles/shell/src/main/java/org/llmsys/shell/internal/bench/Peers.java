package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.shell.Console;

/** The peers that are installed here. */
record Peers(List<Peer> all) implements AutoCloseable {

    private static final List<String> NAMES = List.of("numpy", "torch");

    /** No peers. */
    static Peers none() {
        return new Peers(List.of());
    }

    /** Starts those that are there, and says of each whether it is. Ctrl-C ends them. */
    static Peers start(int threads, Console console) {
        Peers peers = new Peers(new ArrayList<>());
        for (String name : NAMES) {
            try {
                Peer peer = Peer.start(name, Peer.python(name), threads, Peer.PATIENCE);
                peers.all().add(peer);
                console.onCancel(peer::close);
                console.err().println("peer: " + peer.version() + ", " + threads + (threads == 1 ? " thread" : " threads"));
            } catch (IOException e) {
                console.err().println("no peer " + name + ": " + e.getMessage());
            }
        }
        return peers;
    }

    /** Those that know a case, ready for it. */
    List<Peer> prepared(Trial trial, Console console) {
        List<Peer> ready = new ArrayList<>();
        for (Peer peer : all) {
            String way = peer.prepare(trial.question());
            if (way == null) {
                console.err().println(trial.what() + ": " + peer.name() + " does not do this");
            } else {
                ready.add(peer);
                console.err().println(trial.what() + ": " + peer.name() + " by " + way);
            }
        }
        return ready;
    }

    @Override
    public void close() {
        all.forEach(Peer::close);
    }
}
