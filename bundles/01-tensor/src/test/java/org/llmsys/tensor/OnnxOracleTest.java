package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Expected results that nobody here wrote: the ONNX backend's test of each operator. Needs the folder named by LLMSYS_SHARED. */
class OnnxOracleTest {

    /** What the folder is known to hold; a case of any other operator of {@link OnnxOperators} is checked too. */
    private static final Set<String> OPERATORS = Set.of("Add", "Sub", "Mul", "Div", "Exp", "Tanh", "Sqrt", "Erf", "Sigmoid", "ReduceSum",
            "ReduceMean", "ReduceSumSquare", "Transpose", "Expand", "Gather");

    private static Optional<Path> folder() {
        return Optional.ofNullable(System.getenv("LLMSYS_SHARED")).map(shared -> Path.of(shared, "oracles", "onnx"))
                .filter(Files::isDirectory);
    }

    private static List<OnnxCase> cases() throws IOException {
        Assumptions.assumeTrue(folder().isPresent(), "skipped: LLMSYS_SHARED names no folder with oracles/onnx");
        List<OnnxCase> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder().get())) {
            for (Path file : files.sorted().toList()) {
                OnnxCase.read(file).filter(one -> OnnxOperators.has(one.operator())).ifPresent(cases::add);
            }
        }
        return cases;
    }

    @Test
    @DisplayName("there are cases for every operator")
    void coversAllOperators() throws IOException {
        List<String> found = cases().stream().map(OnnxCase::operator).distinct().toList();
        assertTrue(found.containsAll(OPERATORS), "there are only cases for " + found);
    }

    @TestFactory
    @DisplayName("each case agrees with ONNX to 2e-7 relative (operators not listed: to the tolerance of ONNX's runner), shapes, types and whole numbers exactly")
    Stream<DynamicTest> agreesWithOnnx() throws IOException {
        return cases().stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> check(one)));
    }

    private static void check(OnnxCase one) {
        Tensor actual = OnnxOperators.compute(one);
        assertEquals(one.output().shape(), actual.shape());
        assertEquals(one.output().dtype(), actual.dtype());
        double[] expected = Expect.elements(one.output());
        double[] elements = Expect.elements(actual);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], elements[i], tolerance(one, expected[i]), one.name() + " element " + i);
        }
    }

    private static double tolerance(OnnxCase one, double expected) {
        if (!one.output().dtype().floating()) {
            return 0;
        }
        return OPERATORS.contains(one.operator()) ? 2e-7 * Math.max(Math.abs(expected), 1e-3) : 1e-7 + 1e-3 * Math.abs(expected);
    }
}
