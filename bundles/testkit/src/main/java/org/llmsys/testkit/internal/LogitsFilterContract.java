package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every filter: its options have ranges, at least one token stays, a removed one stays removed, and applying twice does what applying once does to a
 * fresh copy; where tokens have an option of their own, {@link TokenOptionPromises} too.
 */
@Component(service = Contract.class)
public final class LogitsFilterContract implements Contract<LogitsFilterFactory> {

    @Override
    public Class<LogitsFilterFactory> service() {
        return LogitsFilterFactory.class;
    }

    @Override
    public void check(LogitsFilterFactory factory, Subject subject, Checks checks) {
        List<Option> options = factory.options();
        checks.promise("it names at least one option, each once", () ->
                Checks.that(!options.isEmpty() && options.stream().map(Option::name).distinct().count() == options.size(), "its options are %s", options));
        for (Option option : options) {
            for (double value : new double[] {option.min(), option.defaultValue(), Math.min(option.max(), option.min() + 1), option.max()}) {
                checks.promise(option.name() + " = " + value + " leaves a token, brings none back, makes no NaN", () -> apply(factory, Map.of(option.name(), value)));
            }
            checks.promise(option.name() + " outside its range is refused", () -> {
                Checks.refused("NaN", () -> new Options(subject.name(), options, Map.of(option.name(), Double.NaN)));
                if (option.max() < Double.MAX_VALUE) {
                    Checks.refused("a value above the largest", () -> new Options(subject.name(), options, Map.of(option.name(), option.max() * 2 + 1)));
                }
            });
        }
        checks.promise("a repeated step gives the same logits: apply changes no memory", () -> {
            LogitsFilter filter = factory.create(new Options(subject.name(), options, Map.of()));
            for (int id : new int[] {3, 1, 3}) {
                filter.accept(id);
            }
            float[] first = logits(40);
            float[] again = logits(40);
            filter.apply(first);
            filter.apply(again);
            Checks.that(Arrays.equals(first, again), "the second differs");
        });
        checks.promise("filters of two sequences know nothing of each other", () -> {
            LogitsFilter one = factory.create(new Options(subject.name(), options, Map.of()));
            LogitsFilter other = factory.create(new Options(subject.name(), options, Map.of()));
            float[] before = logits(40);
            other.apply(before);
            one.accept(7);
            float[] after = logits(40);
            other.apply(after);
            Checks.that(Arrays.equals(before, after), "they share memory");
        });
        checks.promise("many threads may make filters at once", () -> Checks.sameOnManyThreads(() -> {
            LogitsFilter filter = factory.create(new Options(subject.name(), options, Map.of()));
            filter.begin(new int[] {5, 9});
            filter.accept(3);
            float[] logits = logits(40);
            filter.apply(logits);
            return Arrays.hashCode(logits);
        }));
        factory.tokenOption().ifPresent(token -> TokenOptionPromises.check(factory, token, subject, checks));
        checks.promise("an option it does not have is refused", () -> {
            try {
                new Options(subject.name(), options, Map.of("no-such-option", 1.0));
                Checks.that(false, "it was accepted");
            } catch (Problem expected) {
                Checks.that(expected.getMessage().contains("no-such-option"), "the message does not name it");
            }
        });
    }

    private static void apply(LogitsFilterFactory factory, Map<String, Double> values) {
        for (int size : new int[] {1, 2, 13, 207}) {
            requireHarmless(factory.create(new Options("filter", factory.options(), values)), size);
        }
    }

    /** Over this many logits it leaves a token, brings none back and makes no NaN. */
    static void requireHarmless(LogitsFilter filter, int size) {
        float[] logits = logits(size);
        float[] before = logits.clone();
        filter.apply(logits);
        boolean one = false;
        for (int id = 0; id < size; id++) {
            Checks.that(!Float.isNaN(logits[id]), "token %d of %d is NaN", id, size);
            Checks.that(before[id] > Float.NEGATIVE_INFINITY || logits[id] == Float.NEGATIVE_INFINITY, "the removed token %d of %d came back", id, size);
            one |= logits[id] > Float.NEGATIVE_INFINITY;
        }
        Checks.that(one, "no token of %d is left", size);
    }

    /** Of a vocabulary of this size, every fourth removed, token 0 never. */
    static float[] logits(int size) {
        float[] logits = Samples.normal(1, size).floats();
        for (int id = 1; id < size; id += 4) {
            logits[id] = Float.NEGATIVE_INFINITY;
        }
        return logits;
    }
}
