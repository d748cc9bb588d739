package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.training.LearningRateSchedule;
import org.osgi.service.component.annotations.Component;

/**
 * Rises in a line, falls along half a cosine: small steps while the optimizer knows nothing, large ones, then ever smaller ones to settle.
 *
 * <pre>
 *   s &lt; warmup:   peak (s + 1) / (warmup + 1)
 *   else:         floor + (peak - floor) (1 + cos(π (s - warmup) / (steps - warmup))) / 2
 * </pre>
 *
 * <p>From step {@code steps} on it stays at the floor.
 *
 * <p>Example: peak 1, floor 0, warmup 1, steps 3 gives 1/2, 1, 1/2, and 0 from then on.
 *
 * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov, Hutter 2016, SGDR</a>
 */
@Component
@Provider(slot = "schedule", algorithm = "warmup-cosine", name = "warmup-cosine", summary = "linear rise, then half a cosine down",
        reference = "https://arxiv.org/abs/1608.03983")
public final class WarmupCosine implements LearningRateSchedule {

    @Override
    public double rate(long step, ScheduleSpec spec) {
        if (step < spec.warmup()) {
            return spec.peak() * (step + 1) / (spec.warmup() + 1);
        }
        if (step >= spec.steps()) {
            return spec.floor();
        }
        double way = (double) (step - spec.warmup()) / (spec.steps() - spec.warmup());
        return spec.floor() + (spec.peak() - spec.floor()) * (1 + Math.cos(Math.PI * way)) / 2;
    }
}
