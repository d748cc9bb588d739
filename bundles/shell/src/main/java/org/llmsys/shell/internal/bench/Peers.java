package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.shell.Console;

/** The peers that are installed here. */
record Peers(List<Peer> all) implements AutoCloseable {

    /** Starts those that are there, and says of each whether it is. Ctrl-C ends them. */
    static Peers start(List<PeerProgram> programs, int threads, Console console) {
        Peers peers = new Peers(new ArrayList<>());
        for (PeerProgram program : programs) {
            try {
                Peer peer = Peer.start(program.name(), program.command(threads), threads, Peer.PATIENCE);
                peers.all().add(peer);
                console.onCancel(peer::close);
                console.err().println("peer: " + peer.version() + ", " + threads + (threads == 1 ? " thread" : " threads"));
            } catch (IOException e) {
                console.err().println("no peer " + program.name() + ": " + e.getMessage() + " (" + program.fix() + ")");
            }
        }
        return peers;
    }

    /** Those that know a case, ready for it. */
    List<Peer> prepared(Trial trial, Console console) {
        List<Peer> ready = new ArrayList<>();
        for (Peer peer : all) {
            try {
                String way = peer.prepare(trial.question());
                if (way == null) {
                    console.err().println(trial.what() + ": " + peer.name() + " does not do this");
                } else {
                    ready.add(peer);
                    console.err().println(trial.what() + ": " + peer.name() + " by " + way);
                }
            } catch (PeerDeclines e) {
                console.err().println("error: " + trial.what() + ": " + peer.name() + " does not take part: " + e.getMessage());
            }
        }
        return ready;
    }

    @Override
    public void close() {
        all.forEach(Peer::close);
    }
}
