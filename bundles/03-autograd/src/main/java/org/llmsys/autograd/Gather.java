package org.llmsys.autograd;

import org.llmsys.tensor.Tensor;

/**
 * Picks slices of one axis by number: rows of an embedding table, for example.
 *
 * <pre>
 *   y[before, i, after] = x[before, indices[i], after]        dLoss/dx[before, indices[i], after] += dLoss/dy[before, i, after]
 * </pre>
 *
 * <p>Shapes: x (before, n, after) with any strides, indices (any) of I32 or I64 from 0 to n-1, y (before, shape of indices, after). On the way back a
 * slice that was picked twice gets both shares, one that was not picked gets nothing: the gradient is scattered. This is numpy.take,
 * not torch.gather.
 *
 * <p>Errors: a {@link org.llmsys.assembly.Problem} for an index outside the axis or indices that are not whole.
 *
 * <pre>{@code
 * Variable rows = Gather.along(table, pass, 0, ids);          // (V,C) and (B,T) -> (B,T,C)
 * }</pre>
 */
public final class Gather {

    private Gather() {
    }

    public static Variable along(Variable x, Pass pass, int axis, Tensor indices) {
        int at = x.shape().axis(axis);
        Tensor picked = x.value().gather(axis, indices);
        Tensor y = pass.blank(picked.shape());
        y.copyFrom(picked);
        Tensor order = indices.contiguous().reshape(indices.size());
        return pass.tape().record("gather", y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                scatter(gradY, order, at, gradients.into(x));
            }
        }, x);
    }

    /** In the order of the indices, so that shares of one slice are always added in the same order. */
    private static void scatter(Tensor gradY, Tensor indices, int axis, Tensor gradX) {
        long[] joined = gradX.shape().extents();
        joined[axis] = indices.size();
        Tensor slices = gradY.reshape(joined);                                  // (before, number of indices, after)
        for (long i = 0; i < indices.size(); i++) {
            Shares.addTo(gradX.select(axis, indices.getLong(i)), slices.select(axis, i));
        }
    }
}
