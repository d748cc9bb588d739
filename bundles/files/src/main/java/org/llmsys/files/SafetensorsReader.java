package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/**
 * Reads a safetensors file with suspicion.
 *
 * <pre>
 *   header length N (8 bytes, little endian) | header (N bytes of JSON) | data of all tensors, end to end
 * </pre>
 *
 * <p>Limits: header 64 MiB, 65,536 tensors, names of 256 bytes, rank 8. Types F64, F32, I64, I32 stay; F16 and BF16 stay or become F32, as the
 * caller asks; U8 and BOOL become I32. Nothing is allocated that the file has not got the bytes for.
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

    /** Types that kernels compute in: F16 and BF16 become F32. */
    public static NamedTensors read(Path file, NumberCheck numbers) {
        return parse(file, numbers, parser -> parser::widened);
    }

    /** Types as the file has them: F16 and BF16 stay, in half the memory. */
    public static NamedTensors readAsStored(Path file, NumberCheck numbers) {
        return parse(file, numbers, parser -> parser::stored);
    }

    /**
     * The file's own bytes, mapped and not copied: a tensor takes no memory until somebody looks at it, and nothing can be set. Whoever
     * is done closes the storages. {@link NumberCheck#FINITE} looks at everything. U8 and BOOL are copied, as they are no type of ours.
     *
     * @param owner in the statistics of the mapping
     */
    public static NamedTensors map(Path file, NumberCheck numbers, FileMapping mapping, String owner) {
        List<Storage> mapped = new ArrayList<>();
        try {
            return parse(file, numbers, parser -> (entry, position) -> {
                if (!entry.element().mappable()) {
                    return parser.stored(entry, position);
                }
                Shape shape = Shape.of(entry.extents());
                Storage storage = mapping.map(file, position, entry.element().stored(), shape.size(), owner);
                mapped.add(storage);
                return Tensor.of(storage, shape);
            });
        } catch (Problem refused) {
            mapped.forEach(Storage::close);
            throw refused;
        }
    }

    private static NamedTensors parse(Path file, NumberCheck numbers, Function<SafetensorsParser, SafetensorsParser.Source> source) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(SafetensorsParser.STEP).order(ByteOrder.LITTLE_ENDIAN);
            SafetensorsParser parser = new SafetensorsParser(file, channel, buffer);
            return parser.parse(numbers == NumberCheck.FINITE, source.apply(parser));
        } catch (NoSuchFileException e) {
            throw Problem.failed("cannot read " + file, "there is no such file", "give the path of a model folder or of a .safetensors file");
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }
}
