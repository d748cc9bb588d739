package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.training.LearningRateSchedule;
import org.osgi.service.component.annotations.Component;

/**
 * The same rate at every step, the peak: for small experiments.
 *
 * <pre>
 *   rate(s) = peak
 * </pre>
 */
@Component
@Provider(slot = "schedule", algorithm = "constant", name = "constant", summary = "the peak rate at every step")
public final class ConstantRate implements LearningRateSchedule {

    @Override
    public double rate(long step, ScheduleSpec spec) {
        return spec.peak();
    }
}
