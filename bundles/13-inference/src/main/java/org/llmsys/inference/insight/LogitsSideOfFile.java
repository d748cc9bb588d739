package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * Logits that lie in a file. Its rows belong to the positions of the whole text, or, when there is one for each step, to those an engine gives.
 */
final class LogitsSideOfFile implements LogitsSide {

    private final List<float[]> rows;
    private final int first;
    private int position;

    /**
     * @param length of the text that will be read, prompt and steps
     * @param steps  parts of it that will be read: the prompt, then token after token
     * @throws Problem when the file has neither of these many rows
     */
    LogitsSideOfFile(LogitsSource.OfFile source, int length, int steps) {
        this.rows = source.rows();
        if (rows.size() != length && rows.size() != steps) {
            throw Problem.failed("the file " + source.name() + " has " + rows.size() + " rows of logits", "the text has " + length + " positions"
                    + (steps == length ? "" : ", or " + steps + " from the prompt's last on"),
                    "give the text it was written for, and as many --steps");
        }
        this.first = length - rows.size();
    }

    @Override
    public List<float[]> read(int[] ids, int next, LogitsLook look) {
        int from = Math.max(first, position) - first;
        position += ids.length;
        return rows.subList(from, position - first);
    }

    @Override
    public boolean open() {
        return false;
    }

    @Override
    public void close() {
        // nothing is held
    }
}
