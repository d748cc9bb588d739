package org.llmsys.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.training.BatchSource.Batch;

class LargeSourcesTest {

    private static final long HUGE = 3_000_000_000L;

    @TempDir
    Path folder;

    /** The id at each place is the place modulo a prime. */
    private record Counting(long size) implements TokenSource {

        private static final int PRIME = 65_521;

        @Override
        public void copy(long from, int[] ids, int offset, int length) {
            java.util.Objects.checkFromIndexSize(from, length, size);
            for (int i = 0; i < length; i++) {
                ids[offset + i] = (int) ((from + i) % PRIME);
            }
        }
    }

    @Test
    @DisplayName("windows of 3 billion ids: places beyond 32 bits, with and without overlap, in order and shuffled")
    void hugeWindows() {
        for (int stride : new int[] {1, 7, 64}) {
            Windows windows = new Windows(new Counting(HUGE), 64, stride);
            assertEquals((HUGE - 65) / stride + 1, windows.count());
            long last = windows.count() - 1;
            assertEquals(last * stride % Counting.PRIME, windows.batch(last).inputs()[0]);
            assertEquals((last * stride + 64) % Counting.PRIME, windows.batch(last).targets()[63]);
            Batch batch = windows.shuffled(12, 1, Long.MAX_VALUE / 1000);
            for (int i = 0; i < batch.inputs().length; i++) {
                assertEquals((batch.inputs()[i] + 1) % Counting.PRIME, batch.targets()[i]);
            }
        }
    }

    @Test
    @DisplayName("a shard of 3 billion ids, most of them a hole in the file, is read at its end, also behind another one")
    void hugeShard() throws IOException {
        Path file = folder.resolve("huge.tokens");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ShardHeader.of(HUGE, 50_257, 0).write());
            channel.write(ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) 50_000), 32 + 2 * (HUGE - 2));
            channel.write(ByteBuffer.allocate(4), 32 + 2 * HUGE);
        }
        try (TokenShard shard = TokenShard.open(file)) {
            assertEquals(HUGE, shard.size());
            assertArrayEquals(new int[] {0, 50_000, 0}, shard.ids(HUGE - 3, HUGE));
            TokenSource two = TokenSource.joined(List.of(shard, TokenSource.of(new int[] {7, 8}), shard));
            assertEquals(2 * HUGE + 2, two.size());
            assertArrayEquals(new int[] {50_000, 0, 7, 8, 0}, two.ids(HUGE - 2, HUGE + 3));
            assertArrayEquals(new int[] {50_000, 0}, two.ids(2 * HUGE, 2 * HUGE + 2));
            assertArrayEquals(new int[] {0, 7}, two.part(HUGE - 1, HUGE + 1).ids(0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> two.ids(2 * HUGE, 2 * HUGE + 3));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    @DisplayName("rows joined of parts of awkward sizes, empty ones among them, read as the whole; a part of a row ends where it ends")
    void joined() {
        int[] all = IntStream.range(0, 40).toArray();
        TokenSource whole = TokenSource.over(all);
        TokenSource joined = TokenSource.joined(List.of(whole.part(0, 13), whole.part(13, 13), whole.part(13, 14), whole.part(14, 40),
                whole.part(40, 40)));
        for (int from = 0; from <= 40; from++) {
            for (int to = from; to <= 40; to++) {
                assertArrayEquals(whole.ids(from, to), joined.ids(from, to));
            }
        }
        assertEquals(0, TokenSource.joined(List.of()).size());
        assertThrows(IndexOutOfBoundsException.class, () -> whole.part(3, 5).ids(1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.part(3, 41));
    }

    @Test
    @DisplayName("within documents no window sees two; with the rest kept every token but a document's first is a target, without overlap once")
    void withinDocuments() {
        int documents = 700;                                           // more than two blocks of the table
        long[] ends = new long[documents];
        long end = 0;
        for (int d = 0; d < documents; d++) {
            end += d >= 256 && d < 520 ? d % 2 : d * 7 % 11;           // a block of documents that have no window among them
            ends[d] = end;
        }
        int[] documentOf = new int[(int) end];
        for (int d = 0; d < documents; d++) {
            for (long i = d == 0 ? 0 : ends[d - 1]; i < ends[d]; i++) {
                documentOf[(int) i] = d;
            }
        }
        TokenSource ids = TokenSource.over(IntStream.range(0, (int) end).toArray());
        for (int stride = 1; stride <= 4; stride++) {
            Windows full = new Windows(ids, 4, stride, false, DocumentEnds.of(ends));
            int[] asTarget = new int[(int) end];
            for (long w = 0; w < full.count(); w++) {
                Batch batch = full.batch(w);
                assertEquals(documentOf[batch.inputs()[0]], documentOf[batch.targets()[3]]);
                assertEquals(batch.inputs()[0] + 4, batch.targets()[3]);
            }
            Windows kept = new Windows(ids, 4, stride, true, DocumentEnds.of(ends));
            assertTrue(kept.count() > full.count());
            for (long w = 0; w < kept.count(); w++) {
                Batch batch = kept.batch(w);
                for (int i = 0; i < 4; i++) {
                    if (batch.targets()[i] == Batch.LEFT_OUT) {
                        assertTrue(i > 0 && (i == 3 || batch.targets()[i + 1] == Batch.LEFT_OUT));
                    } else {
                        assertEquals(batch.inputs()[i] + 1, batch.targets()[i]);
                        assertEquals(documentOf[batch.inputs()[0]], documentOf[batch.targets()[i]]);
                        asTarget[batch.targets()[i]]++;
                    }
                }
            }
            for (int i = 0; i < end; i++) {
                boolean first = i == 0 || documentOf[i] != documentOf[i - 1];
                assertTrue(first ? asTarget[i] == 0 : stride == 4 ? asTarget[i] == 1 : asTarget[i] >= 1, "place " + i + ", stride " + stride);
            }
        }
        assertThrows(Problem.class, () -> new Windows(ids, 40, 1, false, DocumentEnds.of(ends)));
        assertThrows(Problem.class, () -> new Windows(ids, 4, 1, false, DocumentEnds.of(ids.size() + 1)));
    }

    @Test
    @DisplayName("the shards of llm.c are read, of both kinds; one of another version or cut short is refused")
    void llmc() throws IOException {
        Path file = folder.resolve("x.bin");
        for (int[] kind : new int[][] {{20240520, 1, 2, 50_256}, {20240801, 7, 4, 128_000}}) {
            ByteBuffer bytes = ByteBuffer.allocate(1024 + 3 * kind[2]).order(ByteOrder.LITTLE_ENDIAN).putInt(0, kind[0]).putInt(4,
                    kind[1]).putInt(8, 3);
            for (int i = 0; i < 3; i++) {
                int at = 1024 + i * kind[2];
                if (kind[2] == 2) {
                    bytes.putShort(at, (short) (kind[3] - i));
                } else {
                    bytes.putInt(at, kind[3] - i);
                }
            }
            Files.write(file, bytes.array());
            try (TokenShard shard = TokenShard.open(file)) {
                assertArrayEquals(new int[] {kind[3], kind[3] - 1, kind[3] - 2}, shard.ids(0, 3));
                shard.verify();
            }
            Files.write(file, java.util.Arrays.copyOf(bytes.array(), bytes.capacity() - 1));
            assertThrows(Problem.class, () -> TokenShard.open(file).close());
            Files.write(file, bytes.putInt(4, 2).array());
            assertThrows(Problem.class, () -> TokenShard.open(file).close());
        }
    }

    @Test
    @DisplayName("an id beyond the vocabulary is named with its place when it is read; a count beyond the file is refused, also when it overflows")
    void badIds() throws IOException {
        Path file = folder.resolve("bad.tokens");
        TokenShard.write(file, TokenSource.of(new int[] {1, 2, 9}), 10);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer changed = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        changed.putShort(36, (short) 10);
        Files.write(file, bytes);
        try (TokenShard shard = TokenShard.open(file)) {
            assertArrayEquals(new int[] {1, 2}, shard.ids(0, 2));
            assertTrue(assertThrows(Problem.class, () -> shard.ids(1, 3)).why().contains("the id 10 at place 2"));
        }
        for (long count : LongStream.of(4, 2, -1, Long.MAX_VALUE, Long.MAX_VALUE / 2 + 2, 1L << 62).toArray()) {
            changed.putLong(16, count);
            Files.write(file, bytes);
            assertThrows(Problem.class, () -> TokenShard.open(file).close(), "count " + count);
        }
    }
}
