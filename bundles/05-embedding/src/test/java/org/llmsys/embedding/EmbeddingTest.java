package org.llmsys.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.embedding.internal.RowLookup;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class EmbeddingTest {

    private final Trial trial = Workbench.trial();
    private final EmbeddingLookup lookup = new RowLookup();

    @Test
    @DisplayName("ids 2, 0, 2 read rows 2, 0 and 2 of a 3-row table")
    void readsRows() {
        Tensor table = Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        Tensor x = Tensor.zeros(3, 2);
        lookup.forward(new int[] {2, 0, 2}, table, x);
        assertArrayEquals(new float[] {5, 6, 1, 2, 5, 6}, x.floats());
    }

    @Test
    @DisplayName("on the way back an id that stands twice gets both shares, an id that does not stand there none")
    void addsUpEqualIds() {
        Tensor gradTable = Tensor.of(Shape.of(3, 2), 100, 100, 100, 100, 100, 100);
        lookup.backward(new int[] {2, 0, 2}, Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6), gradTable);
        assertArrayEquals(new float[] {103, 104, 100, 100, 106, 108}, gradTable.floats());
    }

    @Test
    @DisplayName("an id outside the table is refused with the id and the range, forward and backward, and nothing beyond is read")
    void refusesIds() {
        Tensor table = Tensor.zeros(5, 2).slice(0, 1, 4);                          // rows 0 to 2 of a longer storage
        Tensor x = Tensor.of(Shape.of(2, 2), 7, 7, 7, 7);
        for (int id : new int[] {-1, 3, Integer.MAX_VALUE}) {
            Problem p = assertThrows(Problem.class, () -> lookup.forward(new int[] {0, id}, table, x));
            assertArrayEquals(new float[] {7, 7, 7, 7}, x.floats());
            assertEquals("the token id " + id + " at position 1 is not in the embedding table", p.getMessage());
            assertEquals("the table has rows 0 to 2", p.why());
            assertThrows(Problem.class, () -> lookup.backward(new int[] {id}, Tensor.zeros(1, 2), table));
        }
        assertThrows(ShapeException.class, () -> lookup.forward(new int[] {0}, table, Tensor.zeros(2, 2)));
    }

    @Test
    @DisplayName("no ids give no vectors")
    void noIds() {
        Variable table = Trial.random("wte.weight", 3, 2);
        trial.infer(needs -> new Embedding("wte", 3, 2, NamedWeights.of(table), needs), (embedding, pass) -> {
            assertEquals(Shape.of(0, 2), embedding.forward(new int[0], pass).shape());
            assertEquals(Shape.of(2, 2, 2), embedding.forward(new int[] {0, 1, 2, 0}, pass, 2, 2).shape());
            assertThrows(ShapeException.class, () -> embedding.forward(new int[] {0, 1, 2}, pass, 2, 2));
        });
    }

    @Test
    @DisplayName("embedding, output projection and token + position pass the gradient check in F64, also when an id repeats or pads")
    void gradients() {
        Variable table = Trial.random(DType.F64, "wte.weight", 7, 4);
        Variable positions = Trial.random(DType.F64, "wpe.weight", 5, 4);
        Variable x = Trial.random(DType.F64, "x", 2, 3, 4);
        int[] ids = {6, 0, 3, 3, 1, 3};
        trial.gradientCheck("embedding", needs -> new Embedding("wte", 7, 4, NamedWeights.of(table), needs),
                (embedding, pass) -> embedding.forward(ids, pass, 2, 3), table);
        trial.gradientCheck("output projection", needs -> new OutputProjection("wte", 7, 4, NamedWeights.of(table), needs),
                (projection, pass) -> projection.forward(x, pass), x, table);
        trial.gradientCheck("token and position", needs -> new TokenAndPositionEmbedding("wte", "wpe", 7, 5, 4, NamedWeights.of(table, positions), needs),
                (embedding, pass) -> embedding.forward(ids, 2, 3, 2, pass), table, positions);
        trial.gradientCheck("tied", needs -> Tied.of(table, needs), (tied, pass) -> tied.projection().forward(tied.embedding().forward(ids, pass), pass), table);
    }

    @Test
    @DisplayName("the padding id's row is read like any other and gets no gradient; the rows around it get theirs")
    void padding() {
        Variable table = Variable.parameter("wte.weight", Tensor.of(Shape.of(3, 1), 5, 6, 7));
        int[] ids = {0, 2, 0, 0, 1, 2, 0};
        trial.train(needs -> new Embedding("wte", 3, 1, 0, NamedWeights.of(table), needs), (embedding, pass) -> {
            Variable x = embedding.forward(ids, pass);
            assertArrayEquals(new float[] {5, 7, 5, 5, 6, 7, 5}, x.value().floats());
            Variable loss = pass.tape().record("sum", Tensor.zeros(1), (g, gradients) -> gradients.into(x).copyFrom(ones(7)), x);
            assertArrayEquals(new float[] {0, 1, 2}, pass.tape().backward(loss).of(table).floats());
            assertThrows(Problem.class, () -> new Embedding("wte", 3, 1, 3, NamedWeights.of(table), null));
        });
    }

    private static Tensor ones(int rows) {
        return Tensor.zeros(rows, 1).exp();
    }

    @Test
    @DisplayName("token + position by hand; ids 1, 0 from position 0 and from position 1; beyond the context is refused")
    void tokenAndPosition() {
        Variable tokens = Variable.parameter("wte.weight", Tensor.of(Shape.of(2, 2), 1, 2, 3, 4));
        Variable positions = Variable.parameter("wpe.weight", Tensor.of(Shape.of(3, 2), 10, 20, 30, 40, 50, 60));
        trial.infer(needs -> new TokenAndPositionEmbedding("wte", "wpe", 2, 3, 2, NamedWeights.of(tokens, positions), needs), (embedding, pass) -> {
            assertArrayEquals(new float[] {13, 24, 31, 42}, embedding.forward(new int[] {1, 0}, 1, 2, 0, pass).value().floats());
            assertArrayEquals(new float[] {33, 44, 51, 62, 31, 42, 53, 64}, embedding.forward(new int[] {1, 0, 0, 1}, 2, 2, 1, pass).value().floats());
            assertEquals(Shape.of(1, 0, 2), embedding.forward(new int[0], 1, 0, 3, pass).shape());
            assertTrue(assertThrows(Problem.class, () -> embedding.forward(new int[] {1, 0}, 1, 2, 2, pass)).why().contains("0 to 2"));
            assertThrows(Problem.class, () -> embedding.forward(new int[] {1}, 1, 1, -1, pass));
            assertThrows(ShapeException.class, () -> embedding.forward(new int[] {1, 0}, 1, 1, 0, pass));
        });
    }

    @Test
    @DisplayName("x = (1, 2) against rows (1, 0), (0, 1), (3, 4): logits 1, 2, 11")
    void projectsByHand() {
        Variable table = Variable.parameter("wte.weight", Tensor.of(Shape.of(3, 2), 1, 0, 0, 1, 3, 4));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2), 1, 2));
        trial.infer(needs -> new OutputProjection("wte", 3, 2, NamedWeights.of(table), needs),
                (projection, pass) -> assertArrayEquals(new float[] {1, 2, 11}, projection.forward(x, pass).value().floats()));
    }

    record Tied(Embedding embedding, OutputProjection projection) {

        static Tied of(Variable table, Needs needs) {
            Embedding embedding = new Embedding("wte", 7, 4, NamedWeights.of(table), needs);
            return new Tied(embedding, new OutputProjection(embedding, needs));
        }
    }

    @Test
    @DisplayName("tied: the table learns from both ends")
    void weightTying() {
        Variable table = Trial.random("wte.weight", 7, 4);
        trial.train(needs -> Tied.of(table, needs), (tied, pass) -> {
            assertSame(table, tied.embedding().table());
            Variable logits = tied.projection().forward(tied.embedding().forward(new int[] {6}, pass), pass);
            Variable first = pass.tape().record("first", Tensor.of(Shape.of(1), logits.value().get(0, 0)),
                    (g, gradients) -> gradients.into(logits).set(1, 0, 0), logits);
            Gradients gradients = pass.tape().backward(first);                     // logit 0 = row 6 · row 0
            for (int c = 0; c < 4; c++) {
                assertEquals(table.value().get(6, c), gradients.of(table).get(0, c));
                assertEquals(table.value().get(0, c), gradients.of(table).get(6, c));
                assertEquals(0, gradients.of(table).get(1, c));
            }
        });
    }
}
