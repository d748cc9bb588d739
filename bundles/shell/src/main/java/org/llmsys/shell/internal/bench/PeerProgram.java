package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.util.List;

/** How a peer is started. */
interface PeerProgram {

    String name();

    /** @throws IOException that says what is missing */
    List<String> command(int threads) throws IOException;

    /** What a person does to have it. */
    String fix();
}
