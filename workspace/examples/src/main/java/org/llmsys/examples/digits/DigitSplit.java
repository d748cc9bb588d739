package org.llmsys.examples.digits;

import java.nio.file.Path;
import java.util.function.IntPredicate;

import org.llmsys.assembly.Problem;
import org.llmsys.examples.ExampleOptions;

/**
 * Digits to learn from, and others to test with: a network can learn pictures by heart, and only strangers show what it understood.
 *
 * @param learned what learning sees
 * @param tested  what it never sees
 */
public record DigitSplit(Digits learned, Digits tested) {

    private static final int MOST_KEPT = 1000;
    private static final int FEWEST = 20;

    /**
     * Reads {@code --images} and {@code --labels}, and for the test {@code --test-images} and {@code --test-labels}; without these the
     * last tenth, at most 1,000, is kept for it.
     */
    public static DigitSplit of(ExampleOptions options) {
        Digits digits = Digits.read(options.file("images"), options.file("labels"));
        if (digits.count() < FEWEST) {
            throw Problem.failed("cannot learn from " + options.file("images"), "it has " + digits.count() + " digits", "give " + FEWEST + " or more");
        }
        if (options.has("test-images") || options.has("test-labels")) {
            return new DigitSplit(digits, test(options.file("test-images"), options.file("test-labels"), digits));
        }
        int kept = Math.min(MOST_KEPT, digits.count() / 10);
        return new DigitSplit(digits.slice(0, digits.count() - kept), digits.slice(digits.count() - kept, digits.count()));
    }

    /**
     * Those whose label passes.
     *
     * @throws Problem when there is none to learn from, or none to test with
     */
    public DigitSplit only(IntPredicate label) {
        DigitSplit some = new DigitSplit(learned.only(label), tested.only(label));
        if (some.learned.count() == 0 || some.tested.count() == 0) {
            throw Problem.failed("some digits are missing", "of " + learned.count() + " to learn from " + some.learned.count() + " are of the kind asked for, and "
                    + some.tested.count() + " of " + tested.count() + " to test with", "give digits of all ten kinds");
        }
        return some;
    }

    private static Digits test(Path images, Path labels, Digits learned) {
        Digits tested = Digits.read(images, labels);
        if (tested.count() == 0 || tested.height() != learned.height() || tested.width() != learned.width()) {
            throw Problem.failed("cannot test with " + images, "it has " + tested.count() + " digits of " + tested.height() + " x " + tested.width()
                    + " points, and those to learn have " + learned.height() + " x " + learned.width(), "give pictures of the same size");
        }
        return tested;
    }
}
