package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class TensorBytesTest {

    @Test
    @DisplayName("every view of every plain type gives its elements in row-major order, as a copy of it has them")
    void views() throws IOException {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64)) {
            Tensor whole = Tensor.zeros(dtype, Shape.of(5, 6, 7));
            for (int i = 0; i < 210; i++) {
                whole.set(i - 100, i / 42, i / 7 % 6, i % 7);
            }
            for (Tensor view : List.of(whole, whole.transpose(0, 1), whole.transpose(1, 2), whole.transpose(0, 2), whole.slice(2, 1, 5),
                    whole.select(1, 3), whole.slice(0, 2, 2), whole.select(0, 1).select(0, 2), whole.flip(2), whole.reshape(5, 2, 3, 7).transpose(1,
                            2))) {
                Tensor copy = view.copy();
                byte[] expected = new byte[(int) dtype.bytes(copy.size())];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = copy.storage().segment().get(ValueLayout.JAVA_BYTE, i);
                }
                assertArrayEquals(expected, bytes(view), dtype + " " + view.shape());
            }
        }
    }

    @Test
    @DisplayName("blocks are moved by whole rows and keep their bits, which quantizing again would not")
    void blocks() throws IOException {
        Tensor quantized = random(4, 96).to(DType.Q4_0);
        byte[] rows = bytes(quantized);
        assertEquals(4 * 54, rows.length);
        byte[] moved = bytes(quantized.reshape(2, 2, 96).transpose(0, 1));
        for (int row = 0; row < 4; row++) {
            int from = row % 2 * 2 + row / 2;
            for (int i = 0; i < 54; i++) {
                assertEquals(rows[54 * from + i], moved[54 * row + i], "row " + row);
            }
        }
    }

    @Test
    @DisplayName("a matrix of more than a step comes whole, turned or not")
    void large() throws IOException {
        Tensor matrix = random(700, 1301);
        byte[] turned = bytes(matrix.transpose(0, 1));
        assertEquals(700 * 1301 * 4, turned.length);
        assertArrayEquals(bytes(matrix), bytes(back(turned).transpose(0, 1)));
    }

    private static Tensor back(byte[] bytes) {
        float[] numbers = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return Tensor.of(Shape.of(1301, 700), numbers);
    }

    private static Tensor random(int rows, int columns) {
        RandomStream random = RandomStream.at(5);
        float[] numbers = new float[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextLong(1 << 20) / 1024f - 512;
        }
        return Tensor.of(Shape.of(rows, columns), numbers);
    }

    private static byte[] bytes(Tensor tensor) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TensorBytes.write(tensor, buffer -> {
            while (buffer.hasRemaining()) {
                out.write(buffer.get());
            }
        });
        return out.toByteArray();
    }
}
