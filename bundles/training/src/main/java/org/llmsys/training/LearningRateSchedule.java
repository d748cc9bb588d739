package org.llmsys.training;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** The learning rate of each step. Stateless and thread-safe. */
@Slot("schedule")
@ConsumerType
public interface LearningRateSchedule {

    /** @param step from 0 */
    double rate(long step, ScheduleSpec spec);

    /**
     * @param peak    highest learning rate
     * @param floor   last learning rate
     * @param warmup  steps to rise from 0 to the peak
     * @param steps   steps in all
     */
    record ScheduleSpec(double peak, double floor, long warmup, long steps) {
    }
}
