package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;

/** A model under an assembly, read into a cache of its own. */
final class LogitsSideOfNetwork implements LogitsSide {

    private final LogitsReader reader;

    LogitsSideOfNetwork(Assemblies assemblies, LogitsSource.OfNetwork source, int capacity, StepListener listener) {
        this.reader = new LogitsReader(assemblies, source.model(), source.pinned(), capacity, listener);
    }

    @Override
    public List<float[]> read(int[] ids, int next, LogitsLook look) {
        List<float[]> rows = new ArrayList<>();
        reader.read(ids, look, (position, row) -> rows.add(row));
        return rows;
    }

    @Override
    public boolean open() {
        return true;
    }

    @Override
    public void close() {
        reader.close();
    }
}
