package org.llmsys.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Reads sequences element by element and carries a state from one to the next: {@link Rnn}, {@link Lstm}, {@link Gru}.
 *
 * <pre>
 *   state[t], y[t] = cell(x[t], state[t-1])          layer 1 reads the outputs of layer 0
 * </pre>
 *
 * <p>Shapes: x (B,T,C), y (B,T,D*H), states (L*D,B,H); D is 2 when {@link Direction#BIDIRECTIONAL}, else 1; L layers. Weights for layer 0
 * (layer l {@code _l1} …; in reverse {@code _l0_reverse} …), named, laid out and with their gates in the order that PyTorch has:
 *
 * <pre>
 *   name.weight_ih_l0 (G*H,C)      name.weight_hh_l0 (G*H,H)      name.bias_ih_l0 (G*H)      name.bias_hh_l0 (G*H)
 * </pre>
 *
 * <p>The C of layers above 0 is D*H. Biases may be missing. {@link OnnxRecurrent} brings ONNX's weights into this order. PyTorch begins
 * with all of them uniform from -1/sqrt(H) to 1/sqrt(H).
 *
 * <p>Sequences of a batch may end at different times: with lengths, y is 0 behind the end of a row, and its state is the one at its end. In
 * reverse a row begins at its own end.
 *
 * <p>Errors: a {@link ShapeException} for an input or a state of another shape; a {@link Problem} for weights that are missing or of another
 * shape, and for lengths that do not fit.
 */
public abstract sealed class RecurrentLayer implements Layer permits Rnn, Lstm, Gru {

    private final String operation;
    private final Cell cell;
    private final Extent extent;
    private final List<RecurrentWeights> weights;
    private final Need<MatmulKernel> matmul;

    /**
     * What tells cells apart.
     *
     * @param gates    G
     * @param memory   whether there is a c beside h
     * @param gatesOfH how many gates' recurrent product takes h itself; the last takes what the cell keeps otherwise
     * @param keeps    whether it keeps something for the way back
     * @param separate whether a gate's shares from input and state have different gradients
     */
    record Cell(int gates, boolean memory, int gatesOfH, boolean keeps, boolean separate) {
    }

    /** C, H, L and D. */
    record Extent(int in, int hidden, int numLayers, Direction direction) {

        Extent {
            if (in < 1 || hidden < 1 || numLayers < 1) {
                throw Problem.misused("a recurrent layer of " + in + " features in, " + hidden + " out and " + numLayers + " layers is none",
                        "each must be 1 or more", "give whole numbers from 1 on");
            }
        }
    }

    /**
     * @param output (B,T,D*H)
     * @param state  after each row's last element
     */
    public record Result(Variable output, RecurrentState state) {
    }

    RecurrentLayer(String operation, Cell cell, Extent extent, String name, Parameters parameters, boolean peepholes, Needs needs) {
        this.operation = operation;
        this.cell = cell;
        this.extent = extent;
        this.matmul = needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM);
        List<RecurrentWeights> found = new ArrayList<>();
        for (int layer = 0; layer < extent.numLayers(); layer++) {
            int in = layer == 0 ? extent.in() : Math.multiplyExact(extent.direction().ways(), extent.hidden());
            for (boolean reverse : extent.direction().reversed()) {
                found.add(RecurrentWeights.find(name, layer, reverse, cell.gates(), in, extent.hidden(), peepholes, parameters));
            }
        }
        this.weights = List.copyOf(found);
    }

    final Cell cell() {
        return cell;
    }

    /** From the shares of input and state to the state after the step, for all rows. */
    abstract void forward(RecurrentStep step);

    /** Its way back. */
    abstract void backward(RecurrentStep step, RecurrentStep.Gradient gradient);

    /** Adds one step's gradient of the peepholes. */
    void addPeepholes(RecurrentStep step, Elements gradA, Elements gradPeephole) {
        throw new IllegalStateException(operation + " has no peepholes");
    }

    /** The output alone, from a state of zeros. */
    @Override
    public final Variable forward(Variable x, Pass pass) {
        return forward(x, null, pass).output();
    }

    /** @param initial the state to go on from, or null for zeros */
    public final Result forward(Variable x, RecurrentState initial, Pass pass) {
        return forward(x, initial, null, pass);
    }

    /** @param lengths for each row of the batch from 0 to T, or null when all have T elements */
    public final Result forward(Variable x, RecurrentState initial, int[] lengths, Pass pass) {
        requireFit(x, initial, lengths);
        int batch = x.shape().intExtent(0);
        int time = x.shape().intExtent(1);
        Variable sequence = x;
        List<Variable> all = new ArrayList<>();                                                    // a (S,T+1,B,H) each
        for (int layer = 0; layer < extent.numLayers(); layer++) {
            List<RecurrentSequence> ways = new ArrayList<>();
            List<Variable> states = new ArrayList<>();
            for (boolean reverse : extent.direction().reversed()) {
                ways.add(new RecurrentSequence(batch, time, reverse, lengths));
                states.add(states(sequence, initial, all.size() + states.size(), ways.getLast(), pass));
            }
            sequence = RecurrentOutputs.sequence(operation, ways, states, pass);                   // (B,T,D*H)
            all.addAll(states);
        }
        return new Result(sequence, new RecurrentState(RecurrentOutputs.last(operation + " h", 0, all, pass),
                cell.memory() ? RecurrentOutputs.last(operation + " c", 1, all, pass) : null));
    }

    /** One layer in one direction: the states at all steps, (S,T+1,B,H). @param place of L*D */
    private Variable states(Variable input, RecurrentState initial, int place, RecurrentSequence sequence, Pass pass) {
        Variable x = Views.contiguous(input, pass);
        RecurrentWeights own = weights.get(place);
        Variable h = initial == null ? null : initial.h();
        Variable c = initial == null ? null : initial.c();
        int width = x.shape().intExtent(-1);
        Tensor steps = pass.blank(sequence.time(), sequence.batch(), width);                       // (T,B,C)
        sequence.toSteps(x.value().elements(), width, steps.elements());
        Tensor states = pass.blank(cell.memory() ? 2 : 1, sequence.time() + 1L, sequence.batch(), extent.hidden());
        begin(states.select(0, 0).select(0, 0), h, place);
        if (cell.memory()) {
            begin(states.select(0, 1).select(0, 0), c, place);
        }
        Recurrence recurrence = Recurrence.run(this, own, sequence, steps, states, pass.step().get(matmul), pass);
        Variable[] inputs = Stream.concat(Stream.of(x, h, c).filter(v -> v != null), own.all()).toArray(Variable[]::new);
        return pass.tape().record(operation, states, (gradStates, gradients) ->
                new RecurrenceGradient(recurrence, pass.step().get(matmul), pass).run(gradStates, x, h, c, place, gradients), inputs);
    }

    /** The state before the first step: part {@code place} of (L*D,B,H), or zeros. */
    private static void begin(Tensor first, Variable initial, int place) {
        Elements to = first.elements();
        Elements from = initial == null ? null : initial.value().contiguous().elements();
        for (int i = 0; i < to.size(); i++) {
            to.set(i, from == null ? 0 : from.get(place * to.size() + i));
        }
    }

    private void requireFit(Variable x, RecurrentState initial, int[] lengths) {
        if (x.shape().rank() != 3 || x.shape().extent(2) != extent.in()) {
            throw new ShapeException(operation, x.shape(), weights.getFirst().input().shape(),
                    "the input is (B,T,C) with " + extent.in() + " features C, one for each column of weight_ih");
        }
        long batch = x.shape().extent(0);
        if (initial != null) {
            requireState("h", initial.h(), batch);
            if (initial.c() != null) {
                requireState("c", initial.c(), batch);
            }
        }
        if (lengths == null) {
            return;
        }
        if (lengths.length != batch) {
            throw Problem.misused(operation + ": " + lengths.length + " lengths for " + batch + " sequences", "each row of the batch has its own length",
                    "give one for each row of " + x.shape());
        }
        for (int length : lengths) {
            if (length < 0 || length > x.shape().extent(1)) {
                throw Problem.misused(operation + ": a sequence of length " + length + " in " + x.shape(),
                        "lengths go from 0 to " + x.shape().extent(1), "give the number of elements of each row");
            }
        }
    }

    private void requireState(String name, Variable state, long batch) {
        if (name.equals("c") && !cell.memory()) {
            throw Problem.misused(operation + " has no memory c", "only an lstm has", "give the state h alone");
        }
        boolean fits = state.shape().rank() == 3 && state.shape().extent(0) == weights.size() && state.shape().extent(1) == batch
                && state.shape().extent(2) == extent.hidden();
        if (!fits) {
            throw new ShapeException(operation + " state " + name, state.shape(), "(" + weights.size() + ", " + batch + ", " + extent.hidden() + ")",
                    "a state is (L*D,B,H): layers times directions, rows of the batch, features");
        }
    }
}
