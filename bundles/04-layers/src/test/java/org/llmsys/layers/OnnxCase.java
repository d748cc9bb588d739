package org.llmsys.layers;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.Tensor;

/** One case of the ONNX node tests, a safetensors file in the folder that LLMSYS_SHARED names. Without it the test is skipped, and says so. */
record OnnxCase(NamedTensors given) {

    static OnnxCase read(String name) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder with the ONNX cases");
        Path file = Path.of(shared, "oracles", "onnx", "test_" + name + ".safetensors");
        Assumptions.assumeTrue(Files.exists(file), "there is no " + file);
        return new OnnxCase(SafetensorsReader.read(file, NumberCheck.ANY));
    }

    /** For example {@code input.x}, {@code output.y}. I64 stays I64. */
    Tensor tensor(String name) {
        Tensor found = given.tensors().get(name);
        if (found == null) {
            throw new IllegalStateException("no tensor " + name + " among " + given.tensors().keySet());
        }
        return found;
    }
}
