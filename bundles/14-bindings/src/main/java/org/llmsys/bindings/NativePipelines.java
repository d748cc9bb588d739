package org.llmsys.bindings;

import java.nio.file.Path;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/** Threads outside the virtual machine that read shards of text or ids, shuffle, and keep batches ready. A service while the library has them. */
@ProviderType
public interface NativePipelines {

    /** @throws org.llmsys.assembly.Problem for a file that is not there, or settings out of range */
    Pipeline open(Settings settings);

    /**
     * @param shards        read in this order before they are shuffled
     * @param kind          {@code text} (UTF-8), {@code u16} or {@code u32} (ids, little endian)
     * @param tokenizer     file or folder of the tokenizer for text; null for ids
     * @param batchSize     B
     * @param contextLength T
     * @param threads       that read and tokenize
     * @param prefetch      batches that may wait, the bound on memory
     * @param seed          the order of windows is a function of it and of the epoch, never of the threads
     * @param epochs        0 for no end
     */
    record Settings(List<Path> shards, String kind, Path tokenizer, int batchSize, int contextLength, int threads, int prefetch, long seed,
            long epochs) {

        public Settings {
            shards = List.copyOf(shards);
        }
    }

    /** One pipeline. For one thread; {@link #close} from any. */
    @ProviderType
    interface Pipeline extends AutoCloseable {

        /**
         * The next batch; waits for it.
         *
         * @param inputs  B*T ids, written
         * @param targets B*T ids, each the one after its input, written
         * @return false, and nothing is written, when all epochs are over
         * @throws org.llmsys.assembly.Problem what a reader met: bytes that are no UTF-8, a file cut short
         */
        boolean next(int[] inputs, int[] targets);

        Stats stats();

        /** Ends its threads and gives its memory back. Closing twice is harmless. */
        @Override
        void close();
    }

    /**
     * @param tokens         read
     * @param batches        handed out
     * @param epoch          of the batch handed out last
     * @param waiting        batches that are ready
     * @param waitingBytes   their memory
     * @param readerStalls   how often a reader waited for room
     * @param consumerStalls how often {@link Pipeline#next} waited for a batch
     */
    record Stats(long tokens, long batches, long epoch, long waiting, long waitingBytes, long readerStalls, long consumerStalls) {
    }
}
