package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.llmsys.assembly.Problem;

/**
 * Reads a safetensors file with suspicion.
 *
 * <pre>
 *   header length N (8 bytes, little endian) | header (N bytes of JSON) | data of all tensors, end to end
 * </pre>
 *
 * <p>Limits: header 64 MiB, 65,536 tensors, names of 256 bytes, rank 8. Types F64, F32, I64, I32 stay; F16 and BF16 become F32, U8 and BOOL I32.
 * Nothing is allocated that the file has not got the bytes for.
 *
 * <p>Errors: one {@link Problem} that lists what is wrong (the first 20 findings).
 *
 * <pre>{@code
 * Tensor table = SafetensorsReader.read(Path.of("model.safetensors"), NumberCheck.FINITE).tensors().get("wte.weight");
 * }</pre>
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafetensorsReader {

    /** Whether NaN and infinities are let through. */
    public enum NumberCheck {
        FINITE, ANY
    }

    private SafetensorsReader() {
    }

    public static NamedTensors read(Path file, NumberCheck numbers) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(SafetensorsParser.STEP).order(ByteOrder.LITTLE_ENDIAN);
            return new SafetensorsParser(file, channel, buffer).parse(numbers == NumberCheck.FINITE);
        } catch (NoSuchFileException e) {
            throw Problem.failed("cannot read " + file, "there is no such file", "give the path of a model folder or of a .safetensors file");
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }
}
