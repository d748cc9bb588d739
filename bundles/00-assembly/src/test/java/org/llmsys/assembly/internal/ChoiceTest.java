package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.OtherScale;
import org.llmsys.assembly.internal.Fixture.Scale;
import org.llmsys.assembly.internal.Fixture.TripleScale;

/** Who is chosen: by rank, by selection, by experiment, by pin. */
class ChoiceTest {

    private final StandaloneAssemblies assemblies = new StandaloneAssemblies(
            List.of(new GoodScale(), new OtherScale(), new TripleScale()));

    private StepRunner<Need<Scale>> runner(String algorithm) {
        return assemblies.runner("test", needs -> needs.add(Scale.class, algorithm), StepListener.NONE);
    }

    private static int mark(StepRunner<Need<Scale>> runner) {
        return runner.run((need, step) -> step.get(need).mark());
    }

    private static Candidate ranked(String name, int ranking, long id) {
        return new Candidate("scale", "double", name, "", "", "", ranking, id, "", null);
    }

    @Test
    @DisplayName("without a selection the highest ranking serves, then who came first; a changed ranking counts at once")
    void rank() {
        Switchboard switchboard = new Switchboard(Fixture.settings(1, 1));
        switchboard.arrive(new Entry(5, null), ranked("second", 0, 5));
        switchboard.arrive(new Entry(3, null), ranked("first", 0, 3));
        assertEquals("first", switchboard.current().serving("scale", "double").orElseThrow().name());
        switchboard.arrive(new Entry(9, null), ranked("ranked", 10, 9));
        assertEquals("ranked", switchboard.current().serving("scale", "double").orElseThrow().name());
        switchboard.change(9, ranked("renamed", -1, 9));
        assertEquals(List.of("first", "second", "renamed"),
                switchboard.current().candidates("scale").stream().map(Candidate::name).toList());
    }

    @Test
    @DisplayName("a choice is in effect when use returns; auto forgets it")
    void use() {
        try (StepRunner<Need<Scale>> runner = runner("double")) {
            assertEquals(1, mark(runner));
            String said = assemblies.use("scale", "other");
            assertTrue(said.contains("other serves"), said);
            assertEquals(2, mark(runner));
            assertEquals(Map.of("scale", "other"), assemblies.current().selections());
            assemblies.use("scale", "auto");
            assertEquals(1, mark(runner));
            assertEquals(Map.of(), assemblies.current().selections());
        }
    }

    @Test
    @DisplayName("a snapshot taken before a choice does not change")
    void immutable() {
        Assembly before = assemblies.current();
        assemblies.use("scale", "other");
        assertEquals("good", before.serving("scale", "double").orElseThrow().name());
        assertEquals("other", assemblies.current().serving("scale", "double").orElseThrow().name());
        assertTrue(assemblies.current().revision() > before.revision());
    }

    @Test
    @DisplayName("another algorithm than the model's is not used by a choice, and the answer says so; where any will do it is used")
    void otherAlgorithm() {
        try (StepRunner<Need<Scale>> model = runner("double"); StepRunner<Need<Scale>> any = runner(Need.ANY)) {
            assertEquals(1, mark(model));
            String said = assemblies.use("scale", "triple");
            assertTrue(said.contains("no running model asks for triple"), said);
            assertEquals(1, mark(model));
            assertEquals(3, mark(any));
        }
    }

    @Test
    @DisplayName("an experiment overrides the model's algorithm, is not a selection, and ends with auto or the next use")
    void experiment() {
        try (StepRunner<Need<Scale>> runner = runner("double")) {
            assemblies.experiment("scale", "triple");
            assertEquals(3, mark(runner));
            assertEquals(Map.of("scale", "triple"), assemblies.current().experiments());
            assertEquals(Map.of(), assemblies.current().selections());
            assemblies.experiment("scale", "auto");
            assertEquals(1, mark(runner));
            assemblies.experiment("scale", "triple");
            assemblies.use("scale", "other");
            assertEquals(2, mark(runner));
        }
    }

    @Test
    @DisplayName("an absent choice is kept, another provider serves, and the choice serves again when it returns")
    void absent() {
        try (StepRunner<Need<Scale>> runner = runner("double")) {
            assemblies.use("scale", "other");
            assertEquals(2, mark(runner));
            assemblies.leave("scale", "other");
            assertEquals(1, mark(runner));
            assertEquals(Map.of("scale", "other"), assemblies.current().selections());
            String said = assemblies.use("scale", "other");
            assertTrue(said.contains("not there at the moment"), said);
            assemblies.arrive(new OtherScale());
            assertEquals(2, mark(runner));
        }
    }

    @Test
    @DisplayName("an unknown slot or name is refused with the nearest known one, and changes nothing")
    void unknown() {
        Problem slot = assertThrows(Problem.class, () -> assemblies.use("scael", "other"));
        assertTrue(slot.fix().contains("did you mean scale?"), slot.text());
        Problem name = assertThrows(Problem.class, () -> assemblies.use("scale", "othr"));
        assertTrue(name.fix().contains("did you mean other?"), name.text());
        assertEquals(Problem.MISUSED, name.exitStatus());
        assertThrows(Problem.class, () -> assemblies.current().with("scale", "othr"));
        assertThrows(Problem.class, () -> assemblies.current().withExperiment("scael", "other"));
        assertEquals(Map.of(), assemblies.current().selections());
    }

    @Test
    @DisplayName("a slot that is declared and not served is known")
    void emptySlot() {
        assemblies.switchboard().declare(Set.of("attention"));
        assertEquals(Set.of("attention", "scale"), assemblies.current().slots());
        assertEquals(List.of(), assemblies.current().candidates("attention"));
        Problem problem = assertThrows(Problem.class, () -> assemblies.use("attention", "causal"));
        assertTrue(problem.getMessage().contains("causal"), problem.text());
    }

    @Test
    @DisplayName("a pinned runner keeps its providers through choices and arrivals; one that goes is replaced")
    void pin() {
        try (StepRunner<Need<Scale>> pinned = runner("double"); StepRunner<Need<Scale>> free = runner("double")) {
            pinned.pin(assemblies.current().with("scale", "other"));
            assertEquals(2, mark(pinned));
            assertEquals(1, mark(free));
            assemblies.use("scale", "good");
            assertEquals(2, mark(pinned));
            assemblies.leave("scale", "other");
            assertEquals(1, mark(pinned));
            assemblies.arrive(new OtherScale());
            assertEquals(2, mark(pinned));
            pinned.pin(assemblies.current().withExperiment("scale", "triple"));
            assertEquals(3, mark(pinned));
            assertEquals(Map.of(), assemblies.current().experiments());
            pinned.pin(null);
            assertEquals(1, mark(pinned));
        }
    }

    @Test
    @DisplayName("a better provider that comes later does not serve a pinned runner while its own are there")
    void pinAgainstNewcomers() {
        Switchboard switchboard = assemblies.switchboard();
        try (StepRunner<Need<Scale>> pinned = runner("double")) {
            pinned.pin(assemblies.current());
            Entry newcomer = new Entry(90, new Entry.Source() {
                @Override
                public Object make() {
                    return new OtherScale();
                }

                @Override
                public void release() {
                }

                @Override
                public boolean withdrawn() {
                    return false;
                }
            });
            switchboard.arrive(newcomer, ranked("newcomer", 100, 90));
            assertEquals(1, mark(pinned));
            pinned.pin(null);
            assertEquals(2, mark(pinned));
        }
    }

    @Test
    @DisplayName("who went and came back is another provider: its quarantine is over")
    void returnsClean() {
        Switchboard switchboard = assemblies.switchboard();
        Offer good = switchboard.current().offers("scale").getFirst();
        switchboard.quarantine(Map.of(good, "on purpose"));
        assertEquals("other", switchboard.current().serving("scale", "double").orElseThrow().name());
        String said = assemblies.use("scale", "good");
        assertTrue(said.contains("quarantine"), said);
        assemblies.leave("scale", "good");
        assemblies.arrive(new GoodScale());
        assertNull(assemblies.current().candidates("scale").getFirst().quarantine());
        assertNotSame(good.entry(), switchboard.current().offers("scale").getLast().entry());
    }

    @Test
    @DisplayName("an echo of an older choice is ignored; news from outside are not")
    void echo() {
        StoredSelections stored = new StoredSelections();
        assertEquals(Map.of("matmul", "tiled"), stored.news(Map.of("matmul", "tiled", "component.name", "x")));
        Map<String, Object> first = stored.toWrite(Map.of("matmul", "naive"));
        Map<String, Object> second = stored.toWrite(Map.of("matmul", "vector"));
        assertNull(stored.news(first), "said before, heard late");
        assertNull(stored.news(second), "said and heard");
        Map<String, Object> edited = new HashMap<>(second);
        edited.put("matmul", "tiled");
        assertEquals(Map.of("matmul", "tiled"), stored.news(edited), "changed by hand in the store");
        assertEquals(Map.of(), stored.news(Map.of("service.pid", "org.llmsys.assembly")), "deleted");
        assertEquals(Map.of("matmul", "vector"), new StoredSelections().news(second), "read by the next process");
    }
}
