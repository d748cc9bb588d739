package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class ComputationGraphTest {

    @Test
    @DisplayName("y = w*x + w on a tape: four nodes, edges from inputs to results, quotation marks escaped; as text, DOT and JSON")
    void ofTape() {
        Variable w = Variable.parameter("w \"1\"", Tensor.of(Shape.of(2), 1, 2));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(2), 3, 4));
        Workbench.trial().train(needs -> new Object[] {new Multiplication(needs), new Addition(needs)}, (operations, pass) -> {
            Variable product = ((Multiplication) operations[0]).forward(w, x, pass);
            ((Addition) operations[1]).forward(product, w, pass);
            ComputationGraph graph = ComputationGraph.of(pass.tape());
            assertEquals("""
                    0: w "1" (2)   given, learned
                    1: x (2)   given, constant
                    2: multiply (2)   of 0, 1
                    3: add (2)   of 2, 0
                    """, graph.toString());
            assertEquals("""
                    digraph computation {
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
    @DisplayName("y = x*x + x of a single number: the same view, with each number and its gradient")
    void ofValue() {
        Value x = Value.of(3);
        Value y = x.multiply(x).add(x);
        y.backward();
        ComputationGraph graph = ComputationGraph.of(y);
        assertEquals("""
                0: given 3.0, gradient 7.0   given, learned
                1: * 9.0, gradient 1.0   of 0, 0
                2: + 12.0, gradient 1.0   of 1, 0
                """, graph.toString());
        assertEquals("""
                {
                  "nodes": [
                    {"id": 0, "kind": "parameter", "label": "given", "shape": [], "data": 3.0, "gradient": 7.0},
                    {"id": 1, "kind": "operation", "label": "*", "shape": [], "data": 9.0, "gradient": 1.0},
                    {"id": 2, "kind": "operation", "label": "+", "shape": [], "data": 12.0, "gradient": 1.0}
                  ],
                  "edges": [
                    {"from": 0, "to": 1},
                    {"from": 0, "to": 1},
                    {"from": 1, "to": 2},
                    {"from": 0, "to": 2}
                  ]
                }
                """, graph.toJson());
    }

    @Test
    @DisplayName("names of any characters and numbers that JSON does not know leave both notations whole")
    void escapes() {
        ComputationGraph graph = new ComputationGraph(List.of(new ComputationGraph.Node(0, ComputationGraph.Kind.PARAMETER, "a\\n\"\n\t\u0001é",
                Shape.of(), new ComputationGraph.Scalar(Double.NaN, Double.NEGATIVE_INFINITY))), List.of());
        assertEquals("    {\"id\": 0, \"kind\": \"parameter\", \"label\": \"a\\\\n\\\"\\u000a\\u0009\\u0001é\", \"shape\": [], \"data\": null, \"gradient\": null}",
                graph.toJson().lines().toList().get(2));
        assertEquals(4, graph.toDot().lines().count());
    }

    @Test
    @DisplayName("a tape that recorded nothing is an empty graph, a number alone is one node")
    void smallest() {
        assertEquals(new ComputationGraph(List.of(), List.of()), ComputationGraph.of(GradientTape.NONE));
        assertEquals("0: given 2.0, gradient 0.0   given, learned\n", ComputationGraph.of(Value.of(2)).toString());
    }
}
