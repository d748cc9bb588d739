package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.LoadedModel;

/**
 * An engine that writes. The first part it reads is its prompt; after that it writes, and says after each token what the model said. Where it writes
 * another token than the comparison goes on with, its sequence ends there, and a new one begins with all that was read.
 */
final class LogitsSideOfEngine implements LogitsSide {

    private static final int NOTHING = -1;

    private final LogitsEngine engine;
    private final LogitsSource.OfEngine source;
    /** Without a tokenizer: the logits of all V are wanted, and no token ends the text. */
    private final LoadedModel model;
    private final StepListener listener;
    private final List<Integer> read = new ArrayList<>();
    private int left;
    private LogitsCompany company;
    private GenerationSession session;
    private int written = NOTHING;

    /**
     * Owns the engine from here on.
     *
     * @param steps tokens it will write at most
     */
    LogitsSideOfEngine(LogitsEngine engine, LogitsSource.OfEngine source, int steps, StepListener listener) {
        this.engine = engine;
        this.source = source;
        this.model = new LoadedModel(source.model().name(), source.model().model(), null);
        this.left = steps;
        this.listener = listener;
    }

    @Override
    public List<float[]> read(int[] ids, int next, LogitsLook look) {
        for (int id : ids) {
            read.add(id);
        }
        if (session == null || ids.length != 1 || ids[0] != written || session.stopReason() != null) {
            begin();
        }
        engine.letThrough(next);
        GeneratedToken token = company.besides(session::next);
        float[] logits = session.logits();
        if (logits == null) {
            throw Problem.failed("the engine " + source.engine() + " wrote fewer tokens than the comparison needs", "it ended by "
                    + session.stopReason(), "give fewer --steps");
        }
        written = token == null ? NOTHING : token.id();
        left--;
        return List.of(logits);
    }

    private void begin() {
        int[] ids = read.stream().mapToInt(Integer::intValue).toArray();
        if (session != null) {
            session.close();
        }
        session = engine.open(model, ids, left, listener);
        if (company == null) {
            company = LogitsCompany.of(source.batch() - 1, engine, model, ids, left, listener);
        }
    }

    @Override
    public boolean open() {
        return false;
    }

    @Override
    public void close() {
        try (engine) {
            if (session != null) {
                session.close();
            }
            if (company != null) {
                company.close();
            }
        }
    }
}
