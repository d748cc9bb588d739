package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.tensor.WorkerPool;

/** Sequences beside the compared one are asked while it is asked, read other texts, and are all closed. */
class LogitsCompanyTest {

    private static final int[] IDS = {3, 1, 4, 1, 5};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = InsightModels.gpt2(assemblies);
    private final List<List<Integer>> texts = new ArrayList<>();
    private int refusing = Integer.MAX_VALUE;
    private int closed;

    /** Opens sessions that do what is given when they are asked for a token, and end after two. */
    private LogitsEngine engine(Runnable asked) {
        return new LogitsEngine() {
            @Override
            public GenerationSession open(LoadedModel model, int[] ids, int tokens, StepListener listener) {
                throw new AssertionError("the compared sequence is not the company's");
            }

            @Override
            public GenerationSession beside(LoadedModel model, int[] ids, int tokens, StepListener listener) {
                if (texts.size() == refusing) {
                    throw Problem.failed("no more", "there are " + refusing, "");
                }
                texts.add(Arrays.stream(ids).boxed().toList());
                return new Session(asked);
            }

            @Override
            public void letThrough(int id) {
                throw new AssertionError("nobody tells the company what to write");
            }

            @Override
            public void close() {
                throw new AssertionError("the engine is not the company's");
            }
        };
    }

    private final class Session implements GenerationSession {

        private final Runnable asked;
        private int written;

        Session(Runnable asked) {
            this.asked = asked;
        }

        @Override
        public GeneratedToken next() {
            asked.run();
            written++;
            return new GeneratedToken(1, "");
        }

        @Override
        public String stopReason() {
            return written == 2 ? "length" : null;
        }

        @Override
        public List<LogProbabilities> promptLogProbabilities() {
            return List.of();
        }

        @Override
        public void cancel() {
            throw new AssertionError("they end by themselves");
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    @DisplayName("seven and the compared one meet, twice; then the seven have ended and it goes on alone")
    void atOnce() {
        CyclicBarrier all = new CyclicBarrier(8);
        Runnable meet = () -> {
            try {
                all.await(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException("they were not asked at once", e);
            }
        };
        try (LogitsCompany company = LogitsCompany.of(7, engine(meet), model, IDS, 2, StepListener.NONE)) {
            for (int step = 0; step < 2; step++) {
                assertEquals("done", company.besides(() -> {
                    meet.run();
                    return "done";
                }));
            }
            assertEquals("alone", company.besides(() -> "alone"));
        }
        assertEquals(7, closed);
        assertEquals(7, new HashSet<>(texts).size(), "other texts: " + texts);
        assertTrue(texts.stream().allMatch(text -> text.size() >= 3 && text.size() <= 5 && text.stream().allMatch(id -> id >= 0 && id < 29)), texts.toString());
    }

    @Test
    @DisplayName("one of them that fails is a Problem with its reason; one that cannot be opened closes those that were")
    void failures() {
        try (LogitsCompany company = LogitsCompany.of(2, engine(() -> {
            throw new IllegalStateException("broken");
        }), model, IDS, 2, StepListener.NONE)) {
            assertEquals("broken", assertThrows(Problem.class, () -> company.besides(() -> 1)).why());
        }
        assertEquals(2, closed);
        refusing = 5;
        assertThrows(Problem.class, () -> LogitsCompany.of(4, engine(() -> { }), model, new int[] {7}, 2, StepListener.NONE));
        assertEquals(2 + 3, closed);
    }
}
