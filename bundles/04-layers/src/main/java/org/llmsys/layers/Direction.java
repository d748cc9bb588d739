package org.llmsys.layers;

import java.util.List;

/** Which way a recurrent layer reads a sequence. Two ways need two sets of weights and give outputs twice as wide. */
public enum Direction {

    /** From the first element to the last. */
    FORWARD(false),

    /** From the last element to the first. */
    REVERSE(true),

    /** Both, each with weights of its own; the outputs stand next to each other, forward first. */
    BIDIRECTIONAL(false, true);

    private final List<Boolean> reversed;

    Direction(Boolean... reversed) {
        this.reversed = List.of(reversed);
    }

    /** For each way whether it is the reverse one. */
    List<Boolean> reversed() {
        return reversed;
    }

    /** 1 or 2. */
    int ways() {
        return reversed.size();
    }
}
