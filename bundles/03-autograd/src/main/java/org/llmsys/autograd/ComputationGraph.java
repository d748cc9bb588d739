package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.llmsys.tensor.Shape;

/**
 * What was computed from what: of a tape with tensors, or of a {@link Value} with single numbers.
 *
 * <pre>
 *   w ----.
 *   x -- multiply -- add          nodes: given values and operations, each after its inputs; edges: from input to result
 *   w ---------------'
 * </pre>
 *
 * <pre>{@code
 * System.out.print(ComputationGraph.of(pass.tape()));                                            // a line for each node
 * Files.writeString(Path.of("tape.dot"), ComputationGraph.of(pass.tape()).toDot());             // then: dot -Tsvg tape.dot
 * Files.writeString(Path.of("value.json"), ComputationGraph.of(loss).toJson());                 // loss: a Value
 * }</pre>
 *
 * @param nodes given values when they are first used, operations when they ran
 * @param edges from what was used to what was computed, input by input
 */
public record ComputationGraph(List<Node> nodes, List<Edge> edges) {

    /** What a node stands for. */
    public enum Kind {
        /** A weight, or another variable that was given and is learned. */
        PARAMETER,
        /** A value that no gradient flows to. */
        CONSTANT,
        /** The result of an operation. */
        OPERATION
    }

    /** A single number and dLoss/dnumber. */
    public record Scalar(double data, double gradient) {
    }

    /**
     * @param id     its place in {@link ComputationGraph#nodes}
     * @param label  the name of what was given, or the operation
     * @param shape  of its value
     * @param scalar what a {@link Value} holds; null for tensors
     */
    public record Node(int id, Kind kind, String label, Shape shape, Scalar scalar) {

        /** The label with the shape, or with the numbers. */
        String title() {
            return label + (scalar == null ? " " + shape : " " + scalar.data() + ", gradient " + scalar.gradient());
        }
    }

    /** @param from the input's id */
    public record Edge(int from, int to) {
    }

    public ComputationGraph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** The graph of what the tape has taken down so far. */
    public static ComputationGraph of(GradientTape tape) {
        Builder<Variable> graph = new Builder<>();
        for (GradientTape.Node step : tape.nodes()) {
            for (Variable input : step.inputs()) {
                if (!graph.has(input)) {
                    graph.add(input, input.differentiable() ? Kind.PARAMETER : Kind.CONSTANT, input.name(), input.shape(), null);
                }
            }
            graph.add(step.output(), Kind.OPERATION, step.operation(), step.output().shape(), null);
            step.inputs().forEach(input -> graph.connect(input, step.output()));
        }
        return graph.graph();
    }

    /** The graph of all that a number was computed from, with the gradients of the last {@link Value#backward}. */
    public static ComputationGraph of(Value value) {
        Builder<Value> graph = new Builder<>();
        for (Value step : value.inputsFirst()) {
            graph.add(step, step.inputs().isEmpty() ? Kind.PARAMETER : Kind.OPERATION, step.operation(), Shape.of(),
                    new Scalar(step.data(), step.gradient()));
            step.inputs().forEach(input -> graph.connect(input, step));
        }
        return graph.graph();
    }

    /** Collects nodes and edges; the same object is the same node. */
    private static final class Builder<T> {
        private final Map<T, Integer> ids = new IdentityHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private final List<Edge> edges = new ArrayList<>();

        boolean has(T object) {
            return ids.containsKey(object);
        }

        void add(T object, Kind kind, String label, Shape shape, Scalar scalar) {
            ids.put(object, nodes.size());
            nodes.add(new Node(nodes.size(), kind, label, shape, scalar));
        }

        void connect(T from, T to) {
            edges.add(new Edge(ids.get(from), ids.get(to)));
        }

        ComputationGraph graph() {
            return new ComputationGraph(nodes, edges);
        }
    }

    /** For Graphviz: boxes are operations, ellipses what is learned, plain text constants. */
    public String toDot() {
        return GraphNotation.dot(this);
    }

    /** {@code {"nodes": [{"id", "kind", "label", "shape"}], "edges": [{"from", "to"}]}}; a number also has its "data" and "gradient". */
    public String toJson() {
        return GraphNotation.json(this);
    }

    /** For a person: a line for each node, with the numbers of the nodes it was computed from. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            String inputs = edges.stream().filter(edge -> edge.to() == node.id()).map(edge -> Integer.toString(edge.from()))
                    .collect(Collectors.joining(", "));
            text.append(node.id()).append(": ").append(node.title())
                    .append(switch (node.kind()) {
                        case PARAMETER -> "   given, learned";
                        case CONSTANT -> "   given, constant";
                        case OPERATION -> "   of " + inputs;
                    }).append('\n');
        }
        return text.toString();
    }
}
