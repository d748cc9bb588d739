package org.llmsys.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;

/**
 * Reads what stands before the data of a GGUF file (version 2 or 3, little endian), with suspicion.
 *
 * <pre>
 *   "GGUF" | version | number of tensors | number of keys | keys and values | tensor descriptions | padding | data
 * </pre>
 *
 * <p>Limits: 64 MiB before the data, 65,536 keys and as many tensors, 2^20 texts in an array; no array in an array. Keys and names stand
 * once, the alignment is a power of two, and each tensor's data begins where that of the one before ends, filled up to the alignment.
 * Nothing is allocated that the file has not got the bytes for.
 *
 * <p>Errors: one {@link Problem} that says what is wrong and at which byte.
 *
 * <pre>{@code
 * Optional<String> kind = GgufReader.read(Path.of("model.gguf")).text("tokenizer.ggml.model");
 * }</pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">The format</a>
 */
public final class GgufReader {

    /** The first four bytes of a GGUF file. */
    public static final int MAGIC = 0x46554747;
    /** The key of the alignment. */
    static final String ALIGNMENT = "general.alignment";

    private static final int MOST_ENTRIES = 65_536;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int LARGEST_ALIGNMENT = 1 << 20;

    private final GgufBytes in;

    private GgufReader(GgufBytes in) {
        this.in = in;
    }

    /** Reads and checks everything before the data, and that the data is there. */
    public static GgufFile read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new GgufReader(new GgufBytes(file, channel)).file();
        } catch (NoSuchFileException e) {
            throw Problem.failed("cannot read " + file, "there is no such file", "give the path of a .gguf file");
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and the disk it lies on", Problem.FAILED, e);
        }
    }

    /**
     * Reads and checks a header that is not in a file, such as one that {@link GgufWriter#header} made.
     *
     * @param name what errors call it
     */
    public static GgufFile parse(String name, byte[] header) {
        try {
            return new GgufReader(new GgufBytes(name, header)).file();
        } catch (IOException e) {
            throw new Problem("cannot read " + name, e.toString(), "give a GGUF header", Problem.FAILED, e);
        }
    }

    private GgufFile file() throws IOException {
        if (in.u32() != MAGIC) {
            throw in.damaged("it does not begin with GGUF");
        }
        int version = in.u32();
        if (version != 2 && version != 3) {
            throw in.damaged("it has the version " + Integer.toUnsignedString(version)
                    + (Integer.reverseBytes(version) == 3 ? " in big endian order" : "") + "; versions 2 and 3 in little endian order are read here");
        }
        int tensorCount = in.count("tensors", MOST_ENTRIES);
        int keyCount = in.count("keys", MOST_ENTRIES);
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (int i = 0; i < keyCount; i++) {
            String key = key();
            if (metadata.put(key, value(key)) != null) {
                throw in.damaged("the key " + Findings.quote(key) + " stands there twice");
            }
        }
        int alignment = alignment(metadata.get(ALIGNMENT));
        GgufTensors tensors = new GgufTensors(in, alignment);
        for (int i = 0; i < tensorCount; i++) {
            tensors.readOne();
        }
        long dataStart = GgufTensors.padded(in.position(), alignment);
        return new GgufFile(version, metadata, tensors.all(), dataStart, tensors.requireData(dataStart));
    }

    private String key() throws IOException {
        String key = new String(in.text(), StandardCharsets.UTF_8);
        if (key.isEmpty()) {
            throw in.damaged("a key is empty");
        }
        return key;
    }

    private GgufValue value(String key) throws IOException {
        int type = in.u32();
        if (key.equals(ALIGNMENT) && type != 4) {
            throw in.damaged(ALIGNMENT + " is not a 32-bit whole number without sign");
        }
        return switch (type) {
            case 0 -> new GgufValue.Whole(in.take(1).get() & 0xFF);
            case 1 -> new GgufValue.Whole(in.take(1).get());
            case 2 -> new GgufValue.Whole(in.take(2).getShort() & 0xFFFF);
            case 3 -> new GgufValue.Whole(in.take(2).getShort());
            case 4 -> new GgufValue.Whole(in.u32() & 0xFFFF_FFFFL);
            case 5 -> new GgufValue.Whole(in.u32());
            case 6 -> new GgufValue.Real(in.take(4).getFloat());
            case 7 -> new GgufValue.Flag(in.take(1).get() != 0);
            case 8 -> new GgufValue.Text(in.text());
            case 9 -> array(key);
            case 10, 11 -> new GgufValue.Whole(in.take(8).getLong());
            case 12 -> new GgufValue.Real(in.take(8).getDouble());
            default -> throw in.damaged(Findings.quote(key) + " has a value of the unknown type " + Integer.toUnsignedString(type));
        };
    }

    private GgufValue array(String key) throws IOException {
        int type = in.u32();
        return switch (type) {
            case 0, 1, 7 -> wholes(key, 1, type == 1);
            case 2, 3 -> wholes(key, 2, type == 3);
            case 4, 5 -> wholes(key, 4, type == 5);
            case 10, 11 -> wholes(key, 8, true);
            case 6, 12 -> {
                int bytes = type == 6 ? 4 : 8;
                int size = in.count("numbers of " + Findings.quote(key), GgufBytes.MOST_BYTES / bytes);
                yield new GgufValue.Reals(size, bytes, in.take(size * bytes));
            }
            case 8 -> texts(key);
            case 9 -> throw in.damaged(Findings.quote(key) + " is an array of arrays");
            default -> throw in.damaged(Findings.quote(key) + " is an array of the unknown type " + Integer.toUnsignedString(type));
        };
    }

    private GgufValue wholes(String key, int bytes, boolean signed) throws IOException {
        int size = in.count("numbers of " + Findings.quote(key), GgufBytes.MOST_BYTES / bytes);
        return new GgufValue.Wholes(size, bytes, signed, in.take(size * bytes));
    }

    private GgufValue texts(String key) throws IOException {
        int size = in.count("texts of " + Findings.quote(key), 1 << 20);
        List<GgufValue.Text> texts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            texts.add(new GgufValue.Text(in.text()));
        }
        return new GgufValue.Texts(texts);
    }

    private int alignment(GgufValue value) {
        if (!(value instanceof GgufValue.Whole whole)) {
            return DEFAULT_ALIGNMENT;
        }
        long alignment = whole.value();
        if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw in.damaged("its alignment is " + alignment + ", not a power of two up to " + LARGEST_ALIGNMENT);
        }
        return (int) alignment;
    }
}
