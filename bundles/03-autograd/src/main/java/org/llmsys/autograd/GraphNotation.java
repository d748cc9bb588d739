package org.llmsys.autograd;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a {@link ComputationGraph} for programs: DOT for Graphviz, JSON for everything else. */
final class GraphNotation {

    private GraphNotation() {
    }

    static String dot(ComputationGraph graph) {
        StringBuilder dot = new StringBuilder("digraph computation {\n  rankdir=LR;\n");
        for (ComputationGraph.Node node : graph.nodes()) {
            String drawn = switch (node.kind()) {
                case PARAMETER -> "ellipse";
                case CONSTANT -> "plaintext";
                case OPERATION -> "box";
            };
            dot.append("  n").append(node.id()).append(" [shape=").append(drawn).append(", label=").append(dotQuoted(node.title())).append("];\n");
        }
        graph.edges().forEach(edge -> dot.append("  n").append(edge.from()).append(" -> n").append(edge.to()).append(";\n"));
        return dot.append("}\n").toString();
    }

    static String json(ComputationGraph graph) {
        String nodes = graph.nodes().stream().map(GraphNotation::json).collect(Collectors.joining(",\n    "));
        String edges = graph.edges().stream().map(edge -> "{\"from\": " + edge.from() + ", \"to\": " + edge.to() + "}")
                .collect(Collectors.joining(",\n    "));
        return "{\n  \"nodes\": [\n    " + nodes + "\n  ],\n  \"edges\": [\n    " + edges + "\n  ]\n}\n";
    }

    private static String json(ComputationGraph.Node node) {
        String numbers = node.scalar() == null ? ""
                : ", \"data\": " + number(node.scalar().data()) + ", \"gradient\": " + number(node.scalar().gradient());
        return "{\"id\": " + node.id() + ", \"kind\": " + jsonQuoted(node.kind().name().toLowerCase(Locale.ROOT))
                + ", \"label\": " + jsonQuoted(node.label()) + ", \"shape\": " + Arrays.toString(node.shape().extents()) + numbers + "}";
    }

    /** JSON knows neither NaN nor infinity. */
    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }

    /** Quotation marks, backslashes and control characters escaped. */
    private static String jsonQuoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** Graphviz reads a backslash and a letter as a command, so each stands doubled; a line break becomes one in the picture. */
    private static String dotQuoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
