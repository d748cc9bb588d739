package org.llmsys.examples.digits;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

import org.llmsys.assembly.Job;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.NetworkTrainer;

/** Goes through digits again and again: the part of learning that every network for digits shares. */
public final class DigitLesson {

    private static final int BATCH = 32;
    private static final int TEST_BATCH = 250;

    private final NetworkTrainer<DigitNetwork> trainer;
    private final Digits digits;
    private final double rate;
    private final long seed;
    private final long steps;
    private long done;

    /**
     * @param rate of the first step; it falls to 0 along a line, so that the last steps no longer jump about
     * @param seed of the order and the moves
     */
    public DigitLesson(NetworkTrainer<DigitNetwork> trainer, Digits digits, int epochs, double rate, long seed) {
        this.trainer = trainer;
        this.digits = digits;
        this.rate = rate;
        this.seed = seed;
        this.steps = (long) epochs * ((digits.count() + BATCH - 1) / BATCH);
    }

    /** Learns from every digit once, in an order and with moves that differ from epoch to epoch. Returns the mean loss on the way. */
    public double epoch(int epoch, Job job) {
        int[] order = shuffled(digits.count(), RandomStream.at(seed, epoch, 0));
        RandomStream moves = RandomStream.at(seed, epoch, 1);
        double sum = 0;
        for (int from = 0; from < order.length; from += BATCH) {
            int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
            Variable images = Variable.constant("images", digits.images(moves, batch));            // (B,1,H,W)
            Tensor labels = digits.labels(batch);                                                  // (B)
            double loss = trainer.step(rate(), (network, pass) ->
                    network.loss().forward(network.logits(images, pass), labels, pass));
            sum += loss * batch.length;
            done++;
            job.say(String.format(Locale.ROOT, "epoch %d  loss %.3f", epoch, loss));
            job.advance((epoch - 1L) * order.length + from + batch.length);
        }
        return sum / order.length;
    }

    /** The learning rate of the next step. */
    public double rate() {
        return rate * (1 - (double) done / steps);
    }

    /** What the network takes each digit for. */
    public static int[] answers(NetworkTrainer<DigitNetwork> trainer, Digits digits) {
        int[] answers = new int[digits.count()];
        for (int from = 0; from < answers.length; from += TEST_BATCH) {
            int[] batch = IntStream.range(from, Math.min(answers.length, from + TEST_BATCH)).toArray();
            Variable images = Variable.constant("images", digits.images(batch));
            Tensor best = trainer.infer((network, pass) -> network.logits(images, pass).value().argmax(false, 1));    // (B)
            for (int i = 0; i < batch.length; i++) {
                answers[from + i] = (int) best.getLong(i);
            }
        }
        return answers;
    }

    /** The share of answers that are the label. */
    public static double accuracy(int[] answers, Digits digits) {
        int right = 0;
        for (int i = 0; i < answers.length; i++) {
            right += answers[i] == digits.labels()[i] ? 1 : 0;
        }
        return (double) right / answers.length;
    }

    /** The numbers below {@code count} in an order in which any is as likely as any other (Fisher, Yates 1938). */
    private static int[] shuffled(int count, RandomStream random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = (int) random.nextLong(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
