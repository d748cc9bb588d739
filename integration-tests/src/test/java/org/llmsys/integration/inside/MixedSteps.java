package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.matmul.MatmulKernel;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * Counts steps of writing in which two implementations of matmul were called, while the choice between them changes as fast as it can.
 * The kernels themselves note who was called. Argument: {@code lease}, as the house does it, or {@code every call}, the control: a
 * kernel that asks for the current choice whenever it is called. Result: {@code steps}, {@code mixed}, {@code swaps}.
 */
public final class MixedSteps implements BiFunction<BundleContext, String, Map<String, Long>> {

    private static final int STEPS = 400;

    private final Set<String> called = new HashSet<>();
    private long steps;
    private long mixed;
    private long swaps;

    @Override
    public Map<String, Long> apply(BundleContext context, String way) {
        House house = new House(context);
        Assemblies assemblies = house.service(Assemblies.class);
        MatmulKernel naive = MatmulKernel.naive();
        List<ServiceRegistration<MatmulKernel>> registrations = new ArrayList<>();
        MatmulKernel a = noting("probe-a", naive);
        MatmulKernel b = noting("probe-b", naive);
        registrations.add(offer(context, "probe-a", a));
        registrations.add(offer(context, "probe-b", b));
        boolean leased = way.equals("lease");
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean turn = new AtomicBoolean();
        if (!leased) {
            registrations.add(offer(context, "every-call", (x, y, z, accumulate) -> (turn.get() ? a : b).multiply(x, y, z, accumulate)));
            assemblies.use("matmul", "every-call");
        }
        Thread swapper = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                turn.set(swaps++ % 2 == 0);
                if (leased) {
                    assemblies.use("matmul", turn.get() ? "probe-a" : "probe-b");
                }
            }
        });
        try {
            new TinyRuns(house).write(TinyRuns.model(), STEPS, 1, listener());
        } finally {
            over.set(true);
            join(swapper);
            assemblies.use("matmul", "auto");
            registrations.forEach(ServiceRegistration::unregister);
        }
        return Map.of("steps", steps, "mixed", mixed, "swaps", swaps);
    }

    /** A kernel that notes its name and lets another compute. Called on the thread of the step, as is {@link #listener()}. */
    private MatmulKernel noting(String name, MatmulKernel kernel) {
        return (x, y, z, accumulate) -> {
            synchronized (called) {
                called.add(name);
            }
            kernel.multiply(x, y, z, accumulate);
        };
    }

    private StepListener listener() {
        return new StepListener() {
            @Override
            public void repeated(String reason) {
                synchronized (called) {
                    called.clear();
                }
            }

            @Override
            public void served(List<Candidate> providers) {
                synchronized (called) {
                    steps++;
                    mixed += called.size() > 1 ? 1 : 0;
                    called.clear();
                }
            }

            @Override
            public boolean wantsSteps() {
                return true;
            }
        };
    }

    private static ServiceRegistration<MatmulKernel> offer(BundleContext context, String name, MatmulKernel kernel) {
        Dictionary<String, Object> properties = new Hashtable<>(Map.of("llmsys.slot", "matmul", "llmsys.algorithm", MatmulKernel.ALGORITHM,
                "llmsys.name", name, "llmsys.numerics", MatmulKernel.FMA_K_ASCENDING));
        return context.registerService(MatmulKernel.class, kernel, properties);
    }

    private static void join(Thread thread) {
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
