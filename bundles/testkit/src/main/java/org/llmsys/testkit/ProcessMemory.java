package org.llmsys.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds, as Linux and Java tell it: for tests that repeat something and want nothing to grow.
 *
 * <p>Everywhere else than on Linux the numbers of the system are not there, and {@link #known()} is false.
 *
 * <pre>{@code
 * long before = ProcessMemory.settledBytes();
 * for (int i = 0; i < 500; i++) bundle.update(jar);
 * assertTrue(ProcessMemory.settledBytes() <= before + (16 << 20));
 * }</pre>
 */
public final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path DETAILS = Path.of("/proc/self/smaps");

    private static final int SAMPLES = 10;
    private static final long SAMPLE_MILLIS = 500;
    private static final long COLLECTION_MILLIS = 50;

    /** A heap of some gigabytes lies below this address, where short references reach. */
    private static final long HEAP_END = 32L << 30;

    private ProcessMemory() {
    }

    /** Whether this system tells what a process holds. */
    public static boolean known() {
        return Files.isReadable(STATUS) && Files.isReadable(DETAILS);
    }

    /** Threads of the process, Java's own included. */
    public static long threads() {
        return status("Threads:");
    }

    /** The least that the Java heap holds right after a collection, in bytes, of a few: what is live. */
    public static long liveHeapBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < SAMPLES; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            Thread.sleep(COLLECTION_MILLIS);                              // cleaners let go of more for the next
        }
        return least;
    }

    /** Classes that are loaded now. */
    public static int loadedClasses() {
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }

    /** The files with this in their name that are mapped: copies of a library, for example. */
    public static Set<String> mapped(String name) {
        return read(MAPS, lines -> lines.filter(line -> line.contains(name)).map(line -> line.substring(line.indexOf('/')))
                .collect(Collectors.toSet()));
    }

    /**
     * The least of the native memory that is resident, in bytes, within five seconds. What was freed stays with the C library, a heap for each
     * thread, until it is asked to give it back; and Java's compiler takes megabytes for moments. What leaks is in every sample.
     */
    public static long settledBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < SAMPLES; i++) {
            trim();
            least = Math.min(least, nativeBytes());
            Thread.sleep(SAMPLE_MILLIS);
        }
        return least;
    }

    private static void trim() {
        try {
            ManagementFactory.getPlatformMBeanServer().invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "systemTrimNativeHeap",
                    null, null);
        } catch (JMException e) {
            throw new IllegalStateException("this Java does not trim native memory", e);
        }
    }

    /** What is resident beside Java's own heap, its classes and its compiled code. */
    private static long nativeBytes() {
        long heap = read(DETAILS, ProcessMemory::residentHeap);
        return 1024 * (status("VmRSS:") - heap) - ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
    }

    private static long residentHeap(Stream<String> lines) {
        long kilobytes = 0;
        boolean here = false;
        for (String line : (Iterable<String>) lines::iterator) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                here = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16) < HEAP_END;
            } else if (here && line.startsWith("Rss:")) {
                kilobytes += number(line);
            }
        }
        return kilobytes;
    }

    private static long status(String key) {
        return read(STATUS, lines -> lines.filter(line -> line.startsWith(key)).mapToLong(ProcessMemory::number).findFirst().orElseThrow());
    }

    private static long number(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static <T> T read(Path file, Function<Stream<String>, T> reading) {
        try (Stream<String> lines = Files.lines(file)) {
            return reading.apply(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
