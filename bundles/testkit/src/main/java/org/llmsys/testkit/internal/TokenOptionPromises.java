package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract.Subject;

/**
 * What a filter promises whose tokens have an option of their own, set under their ids: every token that is named is heard, alone and among others; an
 * id that the model does not have is refused by its number before a logit changes; and the same options do the same, however often.
 */
final class TokenOptionPromises {

    private static final int VOCABULARY = 40;

    /** The first, the last, two of the middle, and one that was removed (5). */
    private static final int[] NAMED = {0, 5, 18, 19, VOCABULARY - 1};

    /** The first one beyond the vocabulary, and the largest that can be written: nothing is laid out by the size of an id. */
    private static final int[] BEYOND = {VOCABULARY, VOCABULARY + 1, 99_999_999};

    private TokenOptionPromises() {
    }

    static void check(LogitsFilterFactory factory, Option token, Subject subject, Checks checks) {
        String what = "a token's " + token.name();
        for (double value : new double[] {token.min(), token.defaultValue(), token.max()}) {
            checks.promise(what + " = " + value + " for one, several and all tokens leaves a token, brings none back, makes no NaN", () -> {
                for (int size : new int[] {1, 2, 13, 207}) {
                    LogitsFilterContract.requireHarmless(filter(factory, subject, all(1, value)), size);
                    LogitsFilterContract.requireHarmless(filter(factory, subject, all(Math.ceilDiv(size, 2), value)), size);
                    LogitsFilterContract.requireHarmless(filter(factory, subject, all(size, value)), size);
                }
            });
        }
        checks.promise("each of several named tokens is heard", () -> everyOneIsHeard(factory, token, subject));
        checks.promise("a token's value outside the range is refused", () -> {
            for (double value : new double[] {Double.NaN, token.max() * 2 + 1, token.min() * 2 - 1}) {
                if (!(value >= token.min() && value <= token.max())) {
                    Checks.refused(what + " = " + value, () -> Options.of(subject.name(), factory, Map.of("3", value)));
                }
            }
        });
        checks.promise("what cannot be a token's id is refused before a filter is made", () -> {
            for (String name : new String[] {"-1", "1.5", "0x1", "", " 3", "100000000", "2147483648"}) {
                Checks.refused("the id \"" + name + "\"", () -> Options.of(subject.name(), factory, Map.of(name, token.defaultValue())));
            }
        });
        checks.promise("an id that the model does not have is refused by its number, alone and among others, before a logit changes", () -> {
            for (int id : BEYOND) {
                requireRefused(factory, subject, Map.of(Integer.toString(id), token.max()), id);
                Map<String, Double> among = named(token.max());
                among.put(Integer.toString(id), token.max());
                requireRefused(factory, subject, among, id);
            }
        });
        checks.promise("two filters with the same tokens give the same logits, and a repeated step too", () -> {
            float[] first = logits(filter(factory, subject, named(token.max())));
            LogitsFilter other = filter(factory, subject, named(token.max()));
            Checks.that(Arrays.equals(first, logits(other)), "the second filter gives others");
            Checks.that(Arrays.equals(first, logits(other)), "the repeated step gives others");
        });
        checks.promise("many threads may make filters with tokens at once",
                () -> Checks.sameOnManyThreads(() -> Arrays.hashCode(logits(filter(factory, subject, named(token.min()))))));
    }

    /** With all named tokens at the largest value, taking one of them to the smallest must show. Each was written, should that count. */
    private static void everyOneIsHeard(LogitsFilterFactory factory, Option token, Subject subject) {
        float[] before = LogitsFilterContract.logits(VOCABULARY);
        float[] highest = afterAll(filter(factory, subject, named(token.max())));
        for (int id : NAMED) {
            if (before[id] > Float.NEGATIVE_INFINITY) {
                Map<String, Double> values = named(token.max());
                values.put(Integer.toString(id), token.min());
                Checks.that(!Arrays.equals(highest, afterAll(filter(factory, subject, values))),
                        "token %d among %d tokens has no effect: with %s and with %s the logits are the same", id, NAMED.length, token.min(), token.max());
            }
        }
    }

    private static float[] afterAll(LogitsFilter filter) {
        filter.begin(NAMED.clone());
        for (int id : NAMED) {
            filter.accept(id);
        }
        return logits(filter);
    }

    private static void requireRefused(LogitsFilterFactory factory, Subject subject, Map<String, Double> values, int id) {
        float[] logits = LogitsFilterContract.logits(VOCABULARY);
        try {
            filter(factory, subject, values).apply(logits);
        } catch (Problem expected) {
            Checks.that(expected.text().contains(Integer.toString(id)), "the message does not name token %d: %s", id, expected.text());
            Checks.that(Arrays.equals(LogitsFilterContract.logits(VOCABULARY), logits), "logits were changed before token %d was refused", id);
            return;
        }
        Checks.that(false, "token %d of %d was accepted", id, VOCABULARY);
    }

    private static LogitsFilter filter(LogitsFilterFactory factory, Subject subject, Map<String, Double> values) {
        return factory.create(Options.of(subject.name(), factory, values));
    }

    private static float[] logits(LogitsFilter filter) {
        float[] logits = LogitsFilterContract.logits(VOCABULARY);
        filter.apply(logits);
        return logits;
    }

    private static Map<String, Double> named(double value) {
        Map<String, Double> values = new HashMap<>();
        for (int id : NAMED) {
            values.put(Integer.toString(id), value);
        }
        return values;
    }

    /** The first so many tokens. */
    private static Map<String, Double> all(int count, double value) {
        Map<String, Double> values = new HashMap<>();
        for (int id = 0; id < count; id++) {
            values.put(Integer.toString(id), value);
        }
        return values;
    }
}
