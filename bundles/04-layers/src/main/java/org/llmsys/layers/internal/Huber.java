package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.osgi.service.component.annotations.Component;

/**
 * Squared near the target, absolute far from it: smooth where it matters, and not ruled by outliers.
 *
 * <pre>
 *   d = prediction - target
 *   loss = mean of d²/2 for |d| up to 1, |d| - 1/2 beyond          slope = d, cut off at -1 and 1
 * </pre>
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177703732">Huber 1964, Robust Estimation of a Location Parameter</a>
 */
@Component(service = Loss.class)
@Provider(slot = "loss", algorithm = "huber", name = "huber", numerics = "scalar-double",
        summary = "squared near the target, absolute far from it", reference = "https://doi.org/10.1214/aoms/1177703732")
public final class Huber extends ScalarLoss {

    @Override
    double value(double prediction, double target) {
        double d = Math.abs(prediction - target);
        return d <= 1 ? d * d / 2 : d - 0.5;
    }

    @Override
    double slope(double prediction, double target) {
        return Math.clamp(prediction - target, -1.0, 1.0);
    }
}
