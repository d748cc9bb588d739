package org.llmsys.inference.insight;

import java.util.List;

/** One side of a comparison at work. For one thread. */
interface LogitsSide extends AutoCloseable {

    /**
     * Reads on.
     *
     * @param ids  the ids behind those read so far
     * @param next the id that will come behind them, where that is known already; -1 when this side's likeliest will
     * @param look who looks into the steps; not called by a side that cannot be looked into
     * @return the rows of the last positions read: one for each id, or for the last id only
     */
    List<float[]> read(int[] ids, int next, LogitsLook look);

    /** Whether its steps can be looked into. */
    boolean open();

    @Override
    void close();
}
