package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.llmsys.tensor.Shape;

/**
 * What a tape took down, as a picture: operations in the order they ran, and what each was computed from.
 *
 * <pre>{@code
 * Files.writeString(Path.of("tape.dot"), TapeGraph.of(pass.tape()).toDot());      // then: dot -Tsvg tape.dot
 * }</pre>
 *
 * @param nodes parameters and constants when they are first used, operations when they ran
 * @param edges from what was used to what was computed
 */
public record TapeGraph(List<Node> nodes, List<Edge> edges) {

    /** What a node stands for. */
    public enum Kind {
        /** A weight, or another variable that was given and is learned. */
        PARAMETER,
        /** A value that no gradient flows to. */
        CONSTANT,
        /** The result of an operation. */
        OPERATION
    }

    /** @param id its place in {@link TapeGraph#nodes} */
    public record Node(int id, Kind kind, String label, Shape shape) {
    }

    /** @param from the input's id */
    public record Edge(int from, int to) {
    }

    public TapeGraph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** The graph of what the tape has taken down so far. */
    public static TapeGraph of(GradientTape tape) {
        List<Node> nodes = new ArrayList<>();
        List<Edge> edges = new ArrayList<>();
        Map<Variable, Integer> ids = new IdentityHashMap<>();
        for (GradientTape.Node step : tape.nodes()) {
            List<Integer> inputs = new ArrayList<>();
            for (Variable input : step.inputs()) {
                inputs.add(ids.computeIfAbsent(input, v -> add(nodes, v.differentiable() ? Kind.PARAMETER : Kind.CONSTANT, v.name(), v.shape())));
            }
            int id = add(nodes, Kind.OPERATION, step.operation(), step.output().shape());
            ids.put(step.output(), id);
            inputs.forEach(input -> edges.add(new Edge(input, id)));
        }
        return new TapeGraph(nodes, edges);
    }

    private static int add(List<Node> nodes, Kind kind, String label, Shape shape) {
        nodes.add(new Node(nodes.size(), kind, label, shape));
        return nodes.size() - 1;
    }

    /** For Graphviz: boxes are operations, ellipses weights, plain text constants. */
    public String toDot() {
        StringBuilder dot = new StringBuilder("digraph tape {\n  rankdir=LR;\n");
        for (Node node : nodes) {
            String drawn = switch (node.kind()) {
                case PARAMETER -> "ellipse";
                case CONSTANT -> "plaintext";
                case OPERATION -> "box";
            };
            dot.append("  n").append(node.id()).append(" [shape=").append(drawn).append(", label=")
                    .append(quoted(node.label() + " " + node.shape())).append("];\n");
        }
        edges.forEach(edge -> dot.append("  n").append(edge.from()).append(" -> n").append(edge.to()).append(";\n"));
        return dot.append("}\n").toString();
    }

    /** {@code {"nodes": [{"id", "kind", "label", "shape"}], "edges": [{"from", "to"}]}}. */
    public String toJson() {
        String listed = nodes.stream().map(node -> "{\"id\": " + node.id() + ", \"kind\": " + quoted(node.kind().name().toLowerCase(Locale.ROOT))
                + ", \"label\": " + quoted(node.label()) + ", \"shape\": " + extents(node.shape()) + "}").collect(Collectors.joining(",\n    "));
        String joined = edges.stream().map(edge -> "{\"from\": " + edge.from() + ", \"to\": " + edge.to() + "}")
                .collect(Collectors.joining(",\n    "));
        return "{\n  \"nodes\": [\n    " + listed + "\n  ],\n  \"edges\": [\n    " + joined + "\n  ]\n}\n";
    }

    private static String extents(Shape shape) {
        return Arrays.toString(shape.extents());
    }

    /** DOT and JSON escape what matters here in the same way. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else {
                quoted.append(c < ' ' ? ' ' : c);
            }
        }
        return quoted.append('"').toString();
    }
}
