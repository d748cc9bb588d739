package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.Set;

import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.RandomStream;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every sampler: picks a possible token, leaves the logits alone, and is a function of logits and draws. */
@Component(service = Contract.class)
public final class SamplerContract implements Contract<Sampler> {

    @Override
    public Class<Sampler> service() {
        return Sampler.class;
    }

    @Override
    public void check(Sampler sampler, Subject subject, Checks checks) {
        for (int size : new int[] {1, 2, 13, 207}) {
            checks.promise("of " + size + " tokens, some removed, a possible one is picked", () -> {
                for (int n = 0; n < 200; n++) {
                    float[] logits = logits(size, n);
                    int id = sampler.pick(logits, RandomStream.at(1, n)::nextDouble);
                    Checks.that(id >= 0 && id < size, "id %d of %d", id, size);
                    Checks.that(logits[id] > Float.NEGATIVE_INFINITY, "the removed token %d was picked", id);
                }
            });
        }
        checks.promise("a single possible token is picked, whatever the draw", () -> {
            float[] logits = new float[9];
            Arrays.fill(logits, Float.NEGATIVE_INFINITY);
            logits[6] = -1e30f;
            for (double draw : new double[] {0, 0.5, Math.nextDown(1.0)}) {
                Checks.that(sampler.pick(logits, () -> draw) == 6, "another was picked");
            }
        });
        checks.promise("the logits are left alone", () -> {
            float[] logits = logits(50, 3);
            float[] before = logits.clone();
            sampler.pick(logits, RandomStream.at(1)::nextDouble);
            Checks.that(Arrays.equals(before, logits), "they were changed");
        });
        checks.promise("huge and tiny logits do not overflow", () -> {
            int id = sampler.pick(new float[] {3e38f, -3e38f, 0}, () -> 0.5);
            boolean byProbability = Set.of("greedy", "categorical").contains(subject.algorithm());   // others may have ideas of their own
            Checks.that(byProbability ? id == 0 : id >= 0 && id <= 2, "token %d was picked though its probability is 0", id);
        });
        checks.promise("the same logits and draws give the same token, on many threads", () -> Checks.sameOnManyThreads(() -> {
            int hash = 0;
            for (int n = 0; n < 50; n++) {
                hash = 31 * hash + sampler.pick(logits(60, n), RandomStream.at(2, n)::nextDouble);
            }
            return hash;
        }));
    }

    private static float[] logits(int size, long place) {
        float[] logits = Samples.normal(place, size).floats();
        for (int id = 1; id < size; id += 3) {
            logits[id] = Float.NEGATIVE_INFINITY;
        }
        return logits;
    }
}
