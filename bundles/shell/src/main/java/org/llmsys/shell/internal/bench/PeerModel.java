package org.llmsys.shell.internal.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.StoredWeight;
import org.llmsys.transformer.StoredWeight.Role;
import org.llmsys.transformer.WeightArrangement;

/**
 * A model as the peers read it, and what they must come to:
 *
 * <pre>
 *   model.gguf                       in its type: llama.cpp
 *   config.json, model.safetensors   of F32: PyTorch
 *   model.bin, tokenizer.bin         of F32 and Llama: llama2.c; token i is written as the number i and a space
 *   prompt.bin, logits.bin           ids (int32), and the logits after them (float32)
 *   ids.bin                          what is written after id 1 (int32)                    all in little-endian order
 * </pre>
 */
record PeerModel(Assemblies assemblies, Path folder) {

    private static final int LONGEST_TOKEN = 16;

    /** The weights, in the forms that fit. */
    void write(RandomModel model) {
        ModelFile plain = new ModelFile(ModelConfigJson.write(model.config()), null, tensors(model, DType.F32), Map.of());
        Map<String, byte[]> noVocabulary =
                Map.of("tokenizer.gguf", GgufWriter.header(Map.of("tokenizer.ggml.model", GgufValue.of("none")), List.of()));
        write("gguf", "model.gguf", new ModelFile(plain.config(), null, model.type() == DType.F32 ? plain.tensors()
                : tensors(model, model.type()), Map.of(),
                null, noVocabulary));
        if (model.type() == DType.F32) {
            write("safetensors", "parts", plain);
            rename("parts/model.safetensors");
            rename("parts/config.json");
        }
        if (model.type() == DType.F32 && model.config().family().equals("llama")) {
            write("llama2c", "model.bin", new ModelFile(plain.config(), null, plain.tensors(), Map.of(), null,
                    Map.of("tokenizer.bin", numbers(model.config().vocabSize()))));
        }
    }

    private void write(String format, String name, ModelFile file) {
        try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, format)) {
            held.provider().write(folder.resolve(name), file);
        }
    }

    private void rename(String part) {
        Path from = folder.resolve(part);
        try {
            Files.move(from, folder.resolve(from.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Under the names of the family's files; matrices that are multiplied with in this type, with the blocks along the inputs. */
    private static Map<String, Tensor> tensors(RandomModel model, DType type) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (StoredWeight stored : StoredWeight.of(model.config())) {
            Map<String, Tensor> parts = WeightArrangement.parts(stored, model.wide().all().get(stored.name()).value());
            boolean product = stored.role() == Role.LINEAR || stored.role() == Role.OUTPUT;
            boolean turn = stored.role() == Role.LINEAR && !stored.transposed();
            parts.forEach((name, part) -> tensors.put(name, type == DType.F32 || !product ? part : blocks(turn ? part.transpose(0, 1) : part, type)));
        }
        return tensors;
    }

    /** @param rows (out,in) */
    private static Tensor blocks(Tensor rows, DType type) {
        return rows.shape().extent(1) % BlockFormat.SIZE == 0 ? rows.contiguous().to(type) : rows;
    }

    /** A vocabulary for llama2.c: the number of each token, and a space; the first id of a text is left out when it is written. */
    private static byte[] numbers(int vocabulary) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(littleEndian(LONGEST_TOKEN));
        for (int id = 0; id < vocabulary; id++) {
            byte[] token = (id + " ").getBytes(StandardCharsets.US_ASCII);
            bytes.writeBytes(littleEndian(Float.floatToRawIntBits(-id)));
            bytes.writeBytes(littleEndian(token.length));
            bytes.writeBytes(token);
        }
        return bytes.toByteArray();
    }

    /** What the peers must come to: the logits after a prompt, and what is written after id 1. */
    void expect(int[] prompt, float[] logits, int[] ids) {
        int[] bits = new int[logits.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(logits[i]);
        }
        try {
            Files.write(folder.resolve("prompt.bin"), littleEndian(prompt));
            Files.write(folder.resolve("logits.bin"), littleEndian(bits));
            Files.write(folder.resolve("ids.bin"), littleEndian(ids));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] littleEndian(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(numbers);
        return bytes.array();
    }
}
