package org.llmsys.assembly.internal;

import java.util.List;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.Scale;

/** A program, not a test: prints what a step and a {@code get} cost. Five rounds, so the last ones are compiled. */
final class CostOfStep {

    private static final int STEPS = 5_000_000;

    private CostOfStep() {
    }

    public static void main(String[] args) throws Exception {
        StandaloneAssemblies assemblies = new StandaloneAssemblies(List.of(new GoodScale()));
        Switchboard switchboard = assemblies.switchboard();
        Lessor<Need<Scale>> lessor = new Lessor<>(switchboard, "cost", needs -> needs.add(Scale.class, "double"), StepListener.NONE);
        try (StepRunner<Need<Scale>> runner = assemblies.runner("cost", needs -> needs.add(Scale.class, "double"), StepListener.NONE)) {
            for (int round = 1; round <= 5; round++) {
                int sum = 0;
                long start = System.nanoTime();
                for (int i = 0; i < STEPS; i++) {
                    lessor.lease(new Inquiry("cost")).close();
                }
                double lease = (System.nanoTime() - start) / (double) STEPS;
                start = System.nanoTime();
                for (int i = 0; i < STEPS; i++) {
                    sum += runner.run((need, step) -> 1);
                }
                double step = (System.nanoTime() - start) / (double) STEPS;
                start = System.nanoTime();
                sum += runner.run((need, open) -> {
                    int inner = 0;
                    for (int i = 0; i < 20 * STEPS; i++) {
                        inner += open.get(need).mark();
                    }
                    return inner;
                });
                double get = (System.nanoTime() - start) / (20.0 * STEPS);
                System.out.printf("lease and close %.1f ns, an empty step %.1f ns, get and a call %.2f ns (%d)%n", lease, step, get, sum);
            }
        }
    }
}
