package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Expected results that nobody here wrote: the ONNX backend's test of each operator. Needs the folder named by LLMSYS_SHARED. */
class OnnxOracleTest {

    private static final Set<String> OPERATORS = Set.of("Add", "Sub", "Mul", "Div", "Exp", "Tanh", "Sqrt", "Erf", "ReduceSum", "ReduceMean",
            "Transpose", "Expand", "Gather");

    private static Optional<Path> folder() {
        return Optional.ofNullable(System.getenv("LLMSYS_SHARED")).map(shared -> Path.of(shared, "oracles", "onnx"))
                .filter(Files::isDirectory);
    }

    private static List<OnnxCase> cases() throws IOException {
        Assumptions.assumeTrue(folder().isPresent(), "skipped: LLMSYS_SHARED names no folder with oracles/onnx");
        List<OnnxCase> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder().get())) {
            for (Path file : files.sorted().toList()) {
                OnnxCase.read(file).filter(one -> OPERATORS.contains(one.operator())).ifPresent(cases::add);
            }
        }
        return cases;
    }

    @Test
    @DisplayName("there are cases for every operator")
    void coversAllOperators() throws IOException {
        List<String> found = cases().stream().map(OnnxCase::operator).distinct().toList();
        assertEquals(OPERATORS, Set.copyOf(found));
    }

    @TestFactory
    @DisplayName("each case agrees with ONNX to 2e-7 relative, shapes and types exactly")
    Stream<DynamicTest> agreesWithOnnx() throws IOException {
        return cases().stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> check(one)));
    }

    private static void check(OnnxCase one) {
        Tensor actual = compute(one);
        assertEquals(one.output().shape(), actual.shape());
        assertEquals(one.output().dtype(), actual.dtype());
        double[] expected = Expect.elements(one.output());
        double[] elements = Expect.elements(actual);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], elements[i], 2e-7 * Math.max(Math.abs(expected[i]), 1e-3), one.name() + " element " + i);
        }
    }

    private static Tensor compute(OnnxCase one) {
        Tensor x = one.input(0);
        return switch (one.operator()) {
            case "Add" -> x.add(one.input(1));
            case "Sub" -> x.sub(one.input(1));
            case "Mul" -> x.mul(one.input(1));
            case "Div" -> x.div(one.input(1));
            case "Exp" -> x.exp();
            case "Tanh" -> x.tanh();
            case "Sqrt" -> x.sqrt();
            case "Erf" -> x.erf();
            case "ReduceSum" -> nothingToDo(one) ? x : x.sum(one.flag("keepdims", true), ints(one.input(1)));
            case "ReduceMean" -> nothingToDo(one) ? x : x.mean(one.flag("keepdims", true), ints(one.input(1)));
            case "Transpose" -> x.permute(one.ints("perm").orElseGet(() -> reversed(x.shape().rank())));
            case "Expand" -> x.expand(x.shape().broadcast("expand", Shape.of(longs(one.input(1)))));
            case "Gather" -> x.gather(one.integer("axis", 0), one.input(1));
            default -> throw new IllegalArgumentException(one.operator());
        };
    }

    /** ONNX can ask that no axes mean no reduction; here no axes always mean all. */
    private static boolean nothingToDo(OnnxCase one) {
        return one.flag("noop_with_empty_axes", false) && one.input(1).size() == 0;
    }

    private static int[] reversed(int rank) {
        return IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    }

    private static long[] longs(Tensor t) {
        return IntStream.range(0, t.shape().intExtent(0)).mapToLong(i -> t.getLong(i)).toArray();
    }

    private static int[] ints(Tensor t) {
        return IntStream.range(0, t.shape().intExtent(0)).map(i -> (int) t.getLong(i)).toArray();
    }
}
