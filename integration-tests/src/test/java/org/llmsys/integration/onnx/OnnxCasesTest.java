package org.llmsys.integration.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llmsys.tensor.Tensor;

/**
 * Every case of the ONNX backend's node tests in the folder that LLMSYS_SHARED names, read by our own reader, computed by what the rooms
 * offer in public, within the tolerance of ONNX's runner.
 *
 * <pre>
 *   |actual - expected| &lt;= 1e-7 + 1e-3 |expected|
 * </pre>
 *
 * <p>An operator that is not in the table fails, so nothing is passed over unseen.
 */
class OnnxCasesTest {

    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-7;

    /** Cases on whole numbers of sizes that no tensor of ours has: arithmetic in I8, I16, U8, U16, U32, U64. */
    private static final Set<String> OTHER_INTEGERS = Stream.of("add", "sub", "mul", "div")
            .flatMap(operator -> Stream.of("int8", "int16", "uint8", "uint16", "uint32", "uint64").map(type -> "test_" + operator + "_" + type))
            .collect(Collectors.toSet());

    private static final Map<String, OnnxOperator> OPERATORS = table(ElementwiseOperators.ARITHMETIC, ElementwiseOperators.FUNCTIONS,
            ElementwiseOperators.ACTIVATIONS, ShapeOperators.ALL, ReductionOperators.ALL, MatrixOperators.ALL, NormalizationOperators.ALL,
            PictureOperators.ALL, RecurrentOperators.ALL, LossOperators.ALL, OptimizerOperators.ALL);

    @SafeVarargs
    private static Map<String, OnnxOperator> table(Map<String, OnnxOperator>... parts) {
        Map<String, OnnxOperator> all = new HashMap<>();
        for (Map<String, OnnxOperator> part : parts) {
            all.putAll(part);
        }
        return all;
    }

    private static List<Path> files() throws IOException {
        String shared = System.getenv("LLMSYS_SHARED");
        Path folder = shared == null ? null : Path.of(shared, "oracles", "onnx");
        Assumptions.assumeTrue(folder != null && Files.isDirectory(folder), "skipped: LLMSYS_SHARED names no folder with oracles/onnx");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".safetensors", "");
    }

    @TestFactory
    @DisplayName("every case but those on other integers comes out as ONNX says")
    Stream<DynamicTest> cases() throws IOException {
        return files().stream().filter(file -> !OTHER_INTEGERS.contains(name(file)))
                .map(file -> DynamicTest.dynamicTest(name(file), () -> check(OnnxCase.read(file))));
    }

    @Test
    @DisplayName("of 216 cases, 24 are on other integers and 192 are computed")
    void count() throws IOException {
        List<String> names = files().stream().map(OnnxCasesTest::name).toList();
        assertEquals(24, OTHER_INTEGERS.size());
        assertTrue(names.containsAll(OTHER_INTEGERS), "a case on other integers is missing");
        assertTrue(names.size() >= 216, names.size() + " cases");
    }

    private static void check(OnnxCase given) {
        OnnxOperator operator = OPERATORS.get(given.operator());
        assertNotNull(operator, "nothing computes the operator " + given.operator());
        List<Tensor> found = operator.outputs(given);
        for (int output = 0; output < given.outputs().size(); output++) {
            if (given.wants(output)) {
                assertTrue(output < found.size(), "there is no output " + output);
                assertClose("output " + output, given.outputs().get(output), found.get(output));
            }
        }
    }

    private static void assertClose(String what, Tensor expected, Tensor actual) {
        if (expected.size() != 1 || actual.size() != 1) {                  // the files write a scalar as one element
            assertEquals(expected.shape(), actual.shape(), what);
        }
        assertEquals(expected.dtype().floating(), actual.dtype().floating(), what);
        Tensor wanted = expected.contiguous().reshape(expected.size());
        Tensor got = actual.contiguous().reshape(actual.size());
        for (int i = 0; i < wanted.size(); i++) {
            assertEquals(wanted.getDouble(i), got.getDouble(i), tolerance(wanted.getDouble(i)), what + ", element " + i);
        }
    }

    private static double tolerance(double expected) {
        return Double.isFinite(expected) ? ABSOLUTE + RELATIVE * Math.abs(expected) : ABSOLUTE;
    }
}
