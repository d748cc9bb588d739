package org.llmsys.files.internal.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.files.GgufType;

/** Values and checksums as the numpy code of the package gguf 0.19 gives them for the same blocks. */
class BlockDecoderTest {

    /**
     * @param scales bytes at which an F16 stands: the first is 0.0123, the second -0.37
     * @param crc    of all elements as F32, little endian
     */
    private record Case(GgufType type, List<Integer> scales, Map<Integer, Float> values, long crc) {
    }

    private static final List<Case> CASES = List.of(
            new Case(GgufType.Q4_1, List.of(0, 2), Map.of(0, -0.3701171875f, 1, -0.308624267578125f, 16, -0.2225341796875f, 31, -0.19793701171875f),
                    0xc4d03d14L),
            new Case(GgufType.Q5_0, List.of(0), Map.of(0, 0.135284423828125f, 1, 0f, 16, 0.02459716796875f, 31, -0.135284423828125f), 0xbe2ae3aL),
            new Case(GgufType.Q5_1, List.of(0, 2), Map.of(0, -0.3701171875f, 15, -0.234832763671875f, 16, -0.271728515625f, 31, -0.24713134765625f),
                    0xa95b5e6eL),
            new Case(GgufType.Q4_K, List.of(0, 2), Map.of(0, 26.813201904296875f, 32, 11.642333984375f, 128, 15.353485107421875f, 255,
                    5.62091064453125f), 0x2ae7ab08L),
            new Case(GgufType.Q5_K, List.of(0, 2), Map.of(0, 6.3975830078125f, 63, 14.4345703125f, 128, 20.3541259765625f, 200, 4.0947265625f),
                    0xbba9cc91L),
            new Case(GgufType.Q6_K, List.of(208), Map.of(0, -13.663726806640625f, 63, 17.31640625f, 200, 0f, 255, 22.0390625f), 0xabf1fdf1L));

    @Test
    @DisplayName("a block of each type has the values that ggml's numpy code gives it, bit for bit")
    void likeGgml() {
        for (Case c : CASES) {
            float[] out = decode(c, 0, 0);
            c.values().forEach((i, value) -> assertEquals(value, out[i], c.type() + " element " + i));
            ByteBuffer bytes = ByteBuffer.allocate(4 * out.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float x : out) {
                bytes.putFloat(x);
            }
            CRC32 crc = new CRC32();
            crc.update(bytes.array());
            assertEquals(c.crc(), crc.getValue(), c.type().name());
        }
    }

    @Test
    @DisplayName("a block in the middle of others is decoded alone, into its own place")
    void inTheMiddle() {
        for (Case c : CASES) {
            float[] alone = decode(c, 0, 0);
            float[] shifted = decode(c, 13, 7);
            assertEquals(0, shifted[6]);
            for (int i = 0; i < alone.length; i++) {
                assertEquals(alone[i], shifted[7 + i], c.type() + " element " + i);
            }
        }
    }

    @Test
    @DisplayName("types that are computed as they are, and types that are refused, have no decoder")
    void others() {
        for (GgufType type : List.of(GgufType.F32, GgufType.Q8_0, GgufType.Q4_0, GgufType.Q2_K, GgufType.IQ2_XXS, GgufType.MXFP4)) {
            assertTrue(BlockDecoder.of(type).isEmpty(), type.name());
        }
    }

    /** Byte i of the block is 37 i + 11 (1 + type), but for the scales. */
    private static float[] decode(Case c, int from, int at) {
        byte[] bytes = new byte[from + c.type().blockBytes() + 3];
        ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < c.type().blockBytes(); i++) {
            block.put(from + i, (byte) (37 * i + 11 * (1 + c.type().number())));
        }
        for (int k = 0; k < c.scales().size(); k++) {
            block.putShort(from + c.scales().get(k), Float.floatToFloat16(k == 0 ? 0.0123f : -0.37f));
        }
        float[] out = new float[at + c.type().blockSize()];
        BlockDecoder.of(c.type()).orElseThrow().decode(bytes, from, out, at);
        return out;
    }
}
