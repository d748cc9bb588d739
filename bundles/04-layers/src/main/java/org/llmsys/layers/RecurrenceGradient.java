package org.llmsys.layers;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.TensorProduct;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Back-propagation through time: the way back through a {@link Recurrence}.
 *
 * <pre>
 *   for k = T-1, … 1, 0:
 *       dA[k], dU[k] = cell backwards(dstate[k+1])        A: the input's share of the gates, U: the state's
 *       dh[k] += dU[k]·W_hh
 *   dX = dA·W_ih       dW_ih += dAᵀ·X       dW_hh += dUᵀ·h[0 … T-1]       db_ih += column sums of dA       db_hh += those of dU
 * </pre>
 *
 * <p>Only what has to wait for the step before is done step by step; each weight's gradient is one product over all steps. Shapes: dA and
 * dU (T,B,G*H); for most cells they are one tensor.
 */
final class RecurrenceGradient {

    private final Recurrence forward;
    private final MatmulKernel kernel;
    private final Pass pass;
    private final Tensor gradA;
    private final Tensor gradU;

    RecurrenceGradient(Recurrence forward, MatmulKernel kernel, Pass pass) {
        this.forward = forward;
        this.kernel = kernel;
        this.pass = pass;
        this.gradA = pass.blank(forward.gates().shape());
        this.gradU = forward.layer().cell().separate() ? pass.blank(forward.gates().shape()) : gradA;
    }

    /** @param gradStates (S,T+1,B,H): what the outputs ask of the states */
    void run(Tensor gradStates, Variable x, Variable h, Variable c, int place, Gradients gradients) {
        Tensor gradient = throughTime(gradStates, gradients);                                      // (S,1,B,H) of the initial state
        addInitial(gradient, 0, h, place, gradients);
        addInitial(gradient, 1, c, place, gradients);
        pass.giveBack(gradient);
        weightGradients(gradients);
        if (gradients.wanted(x)) {
            Tensor gradSteps = pass.blank(forward.x().shape());                                    // (T,B,C)
            TensorProduct.multiply(kernel, gradA, forward.weights().input().value(), gradSteps, false);
            forward.sequence().addFromSteps(gradSteps.elements(), x.shape().intExtent(-1), gradients.into(x).elements());
            pass.giveBack(gradSteps);
        }
        pass.giveBack(gradA);
        if (gradU != gradA) {
            pass.giveBack(gradU);
        }
    }

    private Tensor throughTime(Tensor gradStates, Gradients gradients) {
        RecurrentLayer layer = forward.layer();
        int time = forward.sequence().time();
        long[] extents = gradStates.shape().extents();
        extents[1] = 1;
        Tensor after = pass.blank(Shape.of(extents));                                              // (S,1,B,H)
        Tensor before = pass.blank(Shape.of(extents));
        Tensor gradKept = pass.blank(extents[2], extents[3]);                                      // (B,H)
        after.copyFrom(gradStates.slice(1, time, time + 1));
        Variable peephole = forward.weights().peephole();
        for (int k = time - 1; k >= 0; k--) {
            Tensor gradStepU = gradU.select(0, k);                                                 // (B,G*H)
            RecurrentStep step = forward.step(k, null, null);
            RecurrentStep.Gradient gradient = new RecurrentStep.Gradient(Recurrence.stateOf(after, 0), Recurrence.stateOf(before, 0),
                    gradA.select(0, k).elements(), gradStepU.elements(), gradKept.elements(),
                    () -> forward.weights().lastShareBackward(kernel, gradStepU, gradKept));
            layer.backward(step, gradient);
            forward.carryAbsent(k, gradient.after(), gradient.before());
            clearAbsent(k);
            forward.weights().recurrentShareBackward(kernel, layer.cell().gatesOfH(), gradStepU, before.select(0, 0).select(0, 0));
            add(gradStates.slice(1, k, k + 1), before);
            if (peephole != null && gradients.wanted(peephole)) {
                layer.addPeepholes(step, gradient.gates(), gradients.into(peephole).elements());
            }
            Tensor turn = after;
            after = before;
            before = turn;
        }
        pass.giveBack(before);
        pass.giveBack(gradKept);
        return after;
    }

    private void weightGradients(Gradients gradients) {
        RecurrentWeights weights = forward.weights();
        int hidden = forward.hidden();
        int ofH = forward.layer().cell().gatesOfH() * hidden;
        Tensor a = rows(gradA);                                                                    // (T*B,G*H)
        Tensor u = rows(gradU);
        if (gradients.wanted(weights.input())) {
            TensorProduct.multiply(kernel, a.transpose(0, 1), rows(forward.x()), gradients.into(weights.input()), true);
        }
        if (gradients.wanted(weights.recurrent())) {
            Tensor into = gradients.into(weights.recurrent());                                     // (G*H,H)
            Tensor h = forward.states().select(0, 0).slice(0, 0, forward.sequence().time());       // (T,B,H)
            TensorProduct.multiply(kernel, u.slice(1, 0, ofH).transpose(0, 1), rows(h), into.slice(0, 0, ofH), true);
            if (ofH < into.shape().extent(0)) {
                TensorProduct.multiply(kernel, u.slice(1, ofH, ofH + hidden).transpose(0, 1), rows(forward.kept()),
                        into.slice(0, ofH, ofH + hidden), true);
            }
        }
        addColumnSums(a, weights.inputBias(), gradients);
        addColumnSums(u, weights.recurrentBias(), gradients);
    }

    private static Tensor rows(Tensor t) {
        return t.reshape(t.shape().extent(0) * t.shape().extent(1), t.shape().extent(2));
    }

    /** A row without an element at step k asks nothing of the weights. */
    private void clearAbsent(int k) {
        RecurrentSequence sequence = forward.sequence();
        int width = gradA.shape().intExtent(-1);
        for (int row = 0; row < sequence.batch(); row++) {
            if (sequence.absent(row, sequence.time(k))) {
                for (Tensor gradient : new Tensor[] {gradA, gradU}) {
                    Elements g = gradient.select(0, k).elements();
                    for (int i = row * width; i < (row + 1) * width; i++) {
                        g.set(i, 0);
                    }
                }
            }
        }
    }

    /** Row {@code place} of the initial states (L*D,B,H) gets its share, when there are any. */
    private static void addInitial(Tensor gradient, int which, Variable initial, int place, Gradients gradients) {
        if (initial != null && gradients.wanted(initial)) {
            add(gradient.select(0, which), gradients.into(initial).slice(0, place, place + 1));
        }
    }

    /** {@code into += from}, of one shape (n, 1, B, H) or (1, B, H). */
    private static void add(Tensor from, Tensor into) {
        for (int n = 0; n < from.shape().extent(0); n++) {
            Elements source = from.select(0, n).elements();
            Elements target = into.select(0, n).elements();
            for (int i = 0; i < source.size(); i++) {
                target.add(i, source.get(i));
            }
        }
    }

    private static void addColumnSums(Tensor rows, Variable bias, Gradients gradients) {
        if (bias == null || !gradients.wanted(bias)) {
            return;
        }
        Elements from = rows.elements();
        Elements into = gradients.into(bias).elements();
        double[] sums = new double[into.size()];
        for (int start = 0; start < from.size(); start += sums.length) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += from.get(start + i);
            }
        }
        for (int i = 0; i < sums.length; i++) {
            into.add(i, sums[i]);
        }
    }
}
