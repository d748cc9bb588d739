package org.llmsys.autograd;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Hands the shares of a backward rule to the gradients of its inputs.
 *
 * <pre>
 *   one shape          dLoss/dx[i] += share(i)
 *   x was repeated     dLoss/dx[i] += sum over the repetitions r of element i:  share(r)        in double, rounded once
 * </pre>
 */
final class Shares {

    private Shares() {
    }

    /**
     * @param shape of the result, which {@code x} was broadcast to
     * @param share of each element of that shape, counted from 0 in row-major order
     */
    static void add(Gradients gradients, Variable x, Shape shape, IntToDoubleFunction share, Pass pass) {
        if (!gradients.wanted(x)) {
            return;
        }
        if (x.shape().equals(shape)) {
            write(gradients.target(x), share);
        } else {
            Tensor all = pass.blank(shape);
            write(new Gradients.Target(all, false), share);
            addSummed(gradients, x, x.shape(), all);
            pass.giveBack(all);
        }
    }

    /**
     * @param seen the shape under which {@code x} was broadcast: its own, or another of the same size
     * @param all  a share for each repetition; of a shape that {@code seen} broadcasts to
     */
    static void addSummed(Gradients gradients, Variable x, Shape seen, Tensor all) {
        Elements sums = all.sum(true, repeatedAxes(seen, all.shape())).elements();
        write(gradients.target(x), sums::get);
    }

    private static void write(Gradients.Target target, IntToDoubleFunction share) {
        Elements gradient = target.tensor().elements();
        for (int i = 0; i < gradient.size(); i++) {
            if (target.accumulate()) {
                gradient.add(i, share.applyAsDouble(i));
            } else {
                gradient.set(i, share.applyAsDouble(i));
            }
        }
    }

    private static int[] repeatedAxes(Shape from, Shape to) {
        int added = to.rank() - from.rank();
        return IntStream.range(0, to.rank())
                .filter(axis -> axis < added || from.extent(axis - added) != to.extent(axis)).toArray();
    }

    /** {@code into += share}, element by element; both of one shape, with any strides. */
    static void addTo(Tensor into, Tensor share) {
        Shape shape = into.shape();
        if (shape.size() == 0) {
            return;
        }
        Elements target = wholeStorage(into);
        Elements source = wholeStorage(share);
        int width = shape.rank() == 0 ? 1 : shape.intExtent(-1);
        int targetStep = shape.rank() == 0 ? 1 : Math.toIntExact(into.stride(-1));
        int sourceStep = shape.rank() == 0 ? 1 : Math.toIntExact(share.stride(-1));
        long[] index = new long[shape.rank()];
        for (long row = 0; row < shape.size() / width; row++) {
            int t = Math.toIntExact(into.position(index));
            int s = Math.toIntExact(share.position(index));
            for (int i = 0; i < width; i++, t += targetStep, s += sourceStep) {
                target.add(t, source.get(s));
            }
            nextRow(index, shape);
        }
    }

    /** Counted by position in the storage, so that any stride can be walked. */
    private static Elements wholeStorage(Tensor t) {
        return Tensor.of(t.storage(), Shape.of(t.storage().size())).elements();
    }

    /** Moves an index on by one row: the last axis stays at 0. */
    private static void nextRow(long[] index, Shape shape) {
        for (int axis = index.length - 2; axis >= 0; axis--) {
            if (++index[axis] < shape.extent(axis)) {
                return;
            }
            index[axis] = 0;
        }
    }
}
