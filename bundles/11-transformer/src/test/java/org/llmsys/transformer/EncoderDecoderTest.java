package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

class EncoderDecoderTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final TensorAllocator allocator = TensorAllocator.heap();

    private record Plan(EncoderDecoderNetwork network, LossLayer loss, Need<TapeFactory> tape) {
    }

    private StepRunner<Plan> runner(EncoderDecoderModel model) {
        return assemblies.runner("test", needs -> new Plan(model.network(needs), new LossLayer("cross-entropy", needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM)), StepListener.NONE);
    }

    private static ModelConfig decoder(int vocabSize, int context, int width, int layers, int heads, String block) {
        return new ModelConfig("gpt2", vocabSize, context, width, layers, heads, heads, 2 * width, 1e-5f, 10000, true, true, block, "layernorm", "learned",
                "gelu-mlp", "gelu", 0);
    }

    /** One batch: sources and targets in rows of one length, with what comes next (-1 where nothing is asked). */
    private record Batch(int[] source, Sequences.Fresh sources, int[] target, Sequences.Fresh targets, Tensor next) {
    }

    private Variable loss(Plan plan, Batch batch, Pass pass) {
        Variable memory = plan.network().encode(batch.source(), batch.sources(), pass);                                       // (B,S,C)
        return plan.loss().forward(plan.network().decode(batch.target(), batch.targets(), memory, batch.sources(), false, pass), batch.next(), pass);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm"})
    @DisplayName("the gradient of the loss is that of finite differences for every weight of both stacks, with padding in source and target")
    void gradients(String block) {
        ModelConfig config = decoder(7, 5, 6, 2, 2, block);
        EncoderDecoderModel model = EncoderDecoderModel.initialize(config.withCausal(false), config, 3);
        model.weights().all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            for (int i = 0; i < w.value().size(); i++) {
                w.value().floats()[i] *= 10;
            }
        });
        Tensor next = Tensor.zeros(DType.I32, Shape.of(2, 3));
        int[] ids = {4, 5, 1, 6, -1, -1};
        for (int i = 0; i < 6; i++) {
            next.set(ids[i], i / 3, i % 3);
        }
        Batch batch = new Batch(new int[] {1, 2, 3, 4, 5, 6, 0, 0}, Sequences.padded(4, 2), new int[] {0, 4, 5, 0, 0, 0}, Sequences.padded(3, 1), next);
        try (StepRunner<Plan> runner = runner(model)) {
            Map<String, Tensor> gradients = runner.run((plan, step) -> {
                try (Pass pass = Pass.training(step, step.get(plan.tape()), allocator, "test", 0, 0)) {
                    Gradients found = pass.tape().backward(loss(plan, batch, pass));
                    Map<String, Tensor> copies = new HashMap<>();
                    model.weights().all().forEach((name, weight) -> copies.put(name, found.of(weight).copy()));
                    return copies;
                }
            });
            model.weights().all().forEach((name, weight) -> {
                float[] w = weight.value().floats();
                for (int i = 0; i < w.length; i += Math.max(1, w.length / 5)) {            // some of each weight
                    float kept = w[i];
                    w[i] = kept + 4e-3f;
                    double up = loss(runner, batch);
                    double high = w[i];
                    w[i] = kept - 4e-3f;
                    double slope = (up - loss(runner, batch)) / (high - w[i]);
                    w[i] = kept;
                    assertEquals(slope, gradients.get(name).floats()[i], 3e-4 + 1e-2 * Math.abs(slope), name + " element " + i);
                }
            });
        }
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    private double loss(StepRunner<Plan> runner, Batch batch) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return loss(plan, batch, pass).value().getDouble(0);
            }
        });
    }

    // ---- learning to write a word backwards ----------------------------------------------------------------------------------------

    private static final int LETTERS = 6;
    private static final int START = LETTERS;
    private static final int END = LETTERS + 1;
    private static final int LONGEST = 5;
    private static final int ROWS = 32;

    /** A word of 2 to 5 letters, with END behind it. */
    private static int[] word(long place) {
        RandomStream random = RandomStream.at(5, place);
        int[] word = new int[3 + (int) random.nextLong(LONGEST - 1)];
        for (int i = 0; i < word.length - 1; i++) {
            word[i] = (int) random.nextLong(LETTERS);
        }
        word[word.length - 1] = END;
        return word;
    }

    /** The letters from the last to the first, then END. */
    private static int[] reversed(int[] word) {
        int[] reversed = word.clone();
        for (int i = 0; i < word.length - 1; i++) {
            reversed[i] = word[word.length - 2 - i];
        }
        return reversed;
    }

    /** Words from {@code place} on; START and the letters so far are the target, what is due at each place comes next. */
    private static Batch batch(long place) {
        int width = LONGEST + 1;
        int[] source = new int[ROWS * width];
        int[] target = new int[ROWS * width];
        int[] lengths = new int[ROWS];
        Tensor next = Tensor.zeros(DType.I32, Shape.of(ROWS, width));
        for (int row = 0; row < ROWS; row++) {
            int[] word = word(place + row);
            int[] answer = reversed(word);
            lengths[row] = word.length;
            target[row * width] = START;
            for (int t = 0; t < width; t++) {
                next.set(t < word.length ? answer[t] : -1, row, t);
                if (t < word.length) {
                    source[row * width + t] = word[t];
                }
                if (t > 0 && t < word.length) {
                    target[row * width + t] = answer[t - 1];
                }
            }
        }
        return new Batch(source, Sequences.padded(lengths), target, Sequences.padded(lengths), next);
    }

    /** Letter by letter, the likeliest each time. */
    private int[] write(StepRunner<Plan> runner, int[] word) {
        int[] written = {START};
        while (written.length <= LONGEST + 1) {
            int[] target = written;
            int next = runner.run((plan, step) -> {
                try (Pass pass = Pass.inference(step, allocator, "test")) {
                    Variable memory = plan.network().encode(word, new Sequences.Fresh(1), pass);
                    Tensor logits = plan.network().decode(target, new Sequences.Fresh(1), memory, new Sequences.Fresh(1), true, pass).value();     // (1,1,V)
                    int best = 0;
                    for (int v = 1; v < LETTERS + 2; v++) {
                        best = logits.get(0, 0, v) > logits.get(0, 0, best) ? v : best;
                    }
                    return best;
                }
            });
            written = Arrays.copyOf(written, written.length + 1);
            written[written.length - 1] = next;
            if (next == END) {
                break;
            }
        }
        return Arrays.copyOfRange(written, 1, written.length);
    }

    @Test
    @DisplayName("it learns to write words backwards: afterwards 100 words come out exactly; learning twice gives the same bits")
    void learnsToReverse() {
        EncoderDecoderModel model = learned(500);
        try (StepRunner<Plan> runner = runner(model)) {
            for (int i = 0; i < 100; i++) {
                int[] word = word(1_000_000 + i);
                assertArrayEquals(reversed(word), write(runner, word), () -> "word " + Arrays.toString(word));
            }
        }
        assertArrayEquals(learned(20).weights().all().get("decoder.h.0.crossattention.c_attn.weight").value().floats(),
                learned(20).weights().all().get("decoder.h.0.crossattention.c_attn.weight").value().floats());
    }

    private EncoderDecoderModel learned(int steps) {
        ModelConfig config = decoder(LETTERS + 2, LONGEST + 2, 32, 1, 2, "pre-norm");
        EncoderDecoderModel model = EncoderDecoderModel.initialize(config.withCausal(false), config, 1);
        Adam adam = new Adam(3e-3);
        try (StepRunner<Plan> runner = runner(model)) {
            for (int i = 0; i < steps; i++) {
                Batch batch = batch((long) i * ROWS);
                long place = i;
                runner.run((plan, step) -> {
                    try (Pass pass = Pass.training(step, step.get(plan.tape()), allocator, "test", 1, place)) {
                        Variable loss = loss(plan, batch, pass);
                        adam.update(model.weights().all(), pass.tape().backward(loss));
                        return loss.value().getDouble(0);
                    }
                });
            }
        }
        return model;
    }

    @Test
    @DisplayName("padding in source and target changes no logits of the rows that count")
    void padding() {
        EncoderDecoderModel model = learned(3);
        try (StepRunner<Plan> runner = runner(model)) {
            float[] alone = logits(runner, new int[] {1, 2, END}, new Sequences.Fresh(1), new int[] {START, 2}, new Sequences.Fresh(1));
            float[] padded = logits(runner, new int[] {1, 2, END, 4, 4}, Sequences.padded(3), new int[] {START, 2, 5}, Sequences.padded(2));
            assertArrayEquals(alone, Arrays.copyOf(padded, alone.length), 1e-5f);
        }
    }

    private float[] logits(StepRunner<Plan> runner, int[] source, Sequences.Fresh sources, int[] target, Sequences.Fresh targets) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.network().decode(target, targets, plan.network().encode(source, sources, pass), sources, false, pass).value().copy().floats();
            }
        });
    }

    @Test
    @DisplayName("two stacks that do not fit together are refused")
    void refuses() {
        ModelConfig config = decoder(7, 5, 6, 1, 2, "pre-norm");
        assertThrows(Problem.class, () -> EncoderDecoderModel.initialize(config, config, 1));
        assertThrows(Problem.class, () -> EncoderDecoderModel.initialize(decoder(7, 5, 8, 1, 2, "pre-norm").withCausal(false), config, 1));
        assertTrue(assertThrows(Problem.class, () -> EncoderDecoderModel.initialize(config.withCausal(false), config.withBlock("parallel"), 1))
                .getMessage().contains("parallel"));
    }
}
