package org.llmsys.tensor.internal;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

import org.llmsys.tensor.TensorAllocator.Usage;

/** What an allocator has given out, by owner. Thread-safe: each account changes under its own lock, so its three numbers agree. */
final class Ledger {

    private final ConcurrentSkipListMap<String, Account> accounts = new ConcurrentSkipListMap<>();

    Account account(String owner) {
        return accounts.computeIfAbsent(owner, Account::new);
    }

    /** One entry an owner, sorted by name. */
    List<Usage> usage() {
        return accounts.values().stream().map(Account::usage).toList();
    }

    static final class Account {

        private final String owner;
        private long liveBytes;
        private long peakBytes;
        private long count;

        private Account(String owner) {
            this.owner = owner;
        }

        synchronized void opened(long bytes) {
            liveBytes += bytes;
            peakBytes = Math.max(peakBytes, liveBytes);
            count++;
        }

        synchronized void closed(long bytes) {
            liveBytes -= bytes;
            count--;
        }

        synchronized Usage usage() {
            return new Usage(owner, liveBytes, peakBytes, count);
        }
    }
}
