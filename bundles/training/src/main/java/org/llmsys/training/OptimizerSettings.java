package org.llmsys.training;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * The numbers of an optimizer's formula that stay the same through a run. Each optimizer reads those that its formula has.
 *
 * <pre>{@code
 * OptimizerSettings.DEFAULT.withMomentum(0.9).withNesterov(true)
 * }</pre>
 *
 * @param weightDecay λ, pull to zero: apart from the gradient in {@code adamw}, through it in the others; from 0
 * @param beta1       β1, how slowly the mean of the gradients forgets ({@code adam}, {@code adamw}); 0 up to 1
 * @param beta2       β2, how slowly the mean of their squares forgets ({@code adam}, {@code adamw}); 0 up to 1
 * @param eps         ε, added to a root before dividing by it ({@code adam}, {@code adamw}, {@code adagrad}); from 0
 * @param momentum    μ, how much of its speed a weight keeps ({@code momentum}); 0 up to 1
 * @param dampening   τ, how much of the gradient does not add to the speed ({@code momentum}); 0 to 1
 * @param nesterov    whether to look one step of the speed ahead ({@code momentum})
 */
public record OptimizerSettings(double weightDecay, double beta1, double beta2, double eps, double momentum, double dampening,
        boolean nesterov) {

    /** λ = 0, β1 = 0.9, β2 = 0.999, ε = 1e-8, μ = 0.9, τ = 0, not Nesterov's. */
    public static final OptimizerSettings DEFAULT = new OptimizerSettings(0, 0.9, 0.999, 1e-8, 0.9, 0, false);

    /** @throws Problem that lists every value outside its range */
    public OptimizerSettings {
        List<String> wrong = new ArrayList<>();
        range(wrong, "weightDecay", weightDecay, Double.MAX_VALUE);
        range(wrong, "beta1", beta1, Math.nextDown(1.0));
        range(wrong, "beta2", beta2, Math.nextDown(1.0));
        range(wrong, "eps", eps, Double.MAX_VALUE);
        range(wrong, "momentum", momentum, Math.nextDown(1.0));
        range(wrong, "dampening", dampening, 1);
        if (!wrong.isEmpty()) {
            throw Problem.misused("an optimizer cannot have these settings", String.join("; ", wrong), "give values in these ranges");
        }
    }

    public OptimizerSettings withWeightDecay(double weightDecay) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    public OptimizerSettings withBetas(double beta1, double beta2) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    public OptimizerSettings withEps(double eps) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    public OptimizerSettings withMomentum(double momentum) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    public OptimizerSettings withDampening(double dampening) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    public OptimizerSettings withNesterov(boolean nesterov) {
        return new OptimizerSettings(weightDecay, beta1, beta2, eps, momentum, dampening, nesterov);
    }

    private static void range(List<String> wrong, String what, double value, double most) {
        if (!(value >= 0 && value <= most)) {                    // so that NaN is outside too
            wrong.add(what + " is " + value + ", not 0 " + (most == Double.MAX_VALUE ? "or more" : most < 1 ? "up to 1" : "to 1"));
        }
    }
}
