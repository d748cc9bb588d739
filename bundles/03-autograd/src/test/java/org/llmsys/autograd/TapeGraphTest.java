package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class TapeGraphTest {

    @Test
    @DisplayName("y = w*x + w: four nodes, edges from inputs to results, quotation marks escaped")
    void drawsTheTape() {
        Variable w = Variable.parameter("w \"1\"", Tensor.of(Shape.of(2), 1, 2));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(2), 3, 4));
        Workbench.trial().train(needs -> new Object[] {new Multiplication(needs), new Addition(needs)}, (operations, pass) -> {
            Variable product = ((Multiplication) operations[0]).forward(w, x, pass);
            ((Addition) operations[1]).forward(product, w, pass);
            TapeGraph graph = TapeGraph.of(pass.tape());
            assertEquals("""
                    digraph tape {
                      rankdir=LR;
                      n0 [shape=ellipse, label="w \\"1\\" (2)"];
                      n1 [shape=plaintext, label="x (2)"];
                      n2 [shape=box, label="multiply (2)"];
                      n3 [shape=box, label="add (2)"];
                      n0 -> n2;
                      n1 -> n2;
                      n2 -> n3;
                      n0 -> n3;
                    }
                    """, graph.toDot());
            assertEquals("""
                    {
                      "nodes": [
                        {"id": 0, "kind": "parameter", "label": "w \\"1\\"", "shape": [2]},
                        {"id": 1, "kind": "constant", "label": "x", "shape": [2]},
                        {"id": 2, "kind": "operation", "label": "multiply", "shape": [2]},
                        {"id": 3, "kind": "operation", "label": "add", "shape": [2]}
                      ],
                      "edges": [
                        {"from": 0, "to": 2},
                        {"from": 1, "to": 2},
                        {"from": 2, "to": 3},
                        {"from": 0, "to": 3}
                      ]
                    }
                    """, graph.toJson());
        });
    }

    @Test
    @DisplayName("a tape that recorded nothing is an empty graph")
    void empty() {
        assertEquals(new TapeGraph(java.util.List.of(), java.util.List.of()), TapeGraph.of(GradientTape.NONE));
    }
}
