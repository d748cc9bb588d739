package org.llmsys.tensor;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

import org.llmsys.tensor.TensorAllocator.Usage;

/**
 * What an allocator has given out, by owner: live bytes, the most there were, blocks. For whoever writes a {@link TensorAllocator}.
 *
 * <p>Thread-safe: each account changes under its own lock, so its three numbers agree.
 *
 * <pre>{@code
 * AllocationLedger ledger = new AllocationLedger();
 * AllocationLedger.Account account = ledger.account("cache");
 * account.opened(4096);                          // when storage is given out
 * account.closed(4096);                          // when it is closed, once
 * List<Usage> usage = ledger.usage();            // cache: 0 bytes live, 4096 at most, 0 blocks
 * }</pre>
 */
public final class AllocationLedger {

    private final ConcurrentSkipListMap<String, Account> accounts = new ConcurrentSkipListMap<>();

    /** The account of an owner, opened when there is none. */
    public Account account(String owner) {
        return accounts.computeIfAbsent(owner, Account::new);
    }

    /** One entry an owner, sorted by name. */
    public List<Usage> usage() {
        return accounts.values().stream().map(Account::usage).toList();
    }

    /** What one owner has. */
    public static final class Account {

        private final String owner;
        private long liveBytes;
        private long peakBytes;
        private long count;

        private Account(String owner) {
            this.owner = owner;
        }

        /** A block of so many bytes was given out. */
        public synchronized void opened(long bytes) {
            liveBytes += bytes;
            peakBytes = Math.max(peakBytes, liveBytes);
            count++;
        }

        /** A block of so many bytes came back. */
        public synchronized void closed(long bytes) {
            liveBytes -= bytes;
            count--;
        }

        private synchronized Usage usage() {
            return new Usage(owner, liveBytes, peakBytes, count);
        }
    }
}
