package org.llmsys.bindings.internal;

import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;

/** Scaled dot-product attention by the engine, over views where they lie. Slopes of a score bias are rounded to F32. */
final class NativeAttention implements AttentionKernel {

    private static final String WHAT = "attention";
    private static final int SIZES = 7;

    private final CText name;

    NativeAttention(CText name) {
        this.name = name;
    }

    @Override
    public void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        AttentionKernel.requireShapes(q, k, v, mask, bias, out, logSumExp);
        Operand queries = Operand.strided(WHAT, q, false);
        Operand keys = Operand.strided(WHAT, k, false);
        Operand values = Operand.strided(WHAT, v, false);
        Operand result = Operand.strided(WHAT, out, true);
        Tensor sums = logSumExp == null || logSumExp.isContiguous() ? logSumExp : Tensor.zeros(logSumExp.shape().extents());
        Operand kept = Operand.written(WHAT, sums);
        forward(name.address(), layout(mask, q, k, v, out), queries.array(), queries.at(), keys.array(), keys.at(), values.array(), values.at(),
                lengths(mask), slopes(bias, q), result.array(), result.at(), kept.array(), kept.at());
        if (sums != logSumExp) {
            Operand.COPIES.increment();
            logSumExp.copyFrom(sums);
        }
    }

    @Override
    public void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
            Tensor gradQ, Tensor gradK, Tensor gradV) {
        AttentionKernel.requireShapes(q, k, v, mask, bias, out, logSumExp);
        AttentionKernel.requireShapes(gradQ, gradK, gradV, mask, bias, gradOut, logSumExp);
        Operand queries = Operand.strided(WHAT, q, false);
        Operand keys = Operand.strided(WHAT, k, false);
        Operand values = Operand.strided(WHAT, v, false);
        Operand result = Operand.strided(WHAT, out, false);
        if (!logSumExp.isContiguous()) {
            Operand.COPIES.increment();
        }
        Operand kept = Operand.read(WHAT, logSumExp.contiguous());
        Operand arriving = Operand.strided(WHAT, gradOut, false);
        Operand intoQ = Operand.strided(WHAT, gradQ, true);
        Operand intoK = Operand.strided(WHAT, gradK, true);
        Operand intoV = Operand.strided(WHAT, gradV, true);
        backward(name.address(), layout(mask, q, k, v, out, gradOut, gradQ, gradK, gradV), queries.array(), queries.at(), keys.array(), keys.at(),
                values.array(), values.at(), lengths(mask), slopes(bias, q), result.array(), result.at(), kept.array(), kept.at(),
                arriving.array(), arriving.at(), intoQ.array(), intoQ.at(), intoK.array(), intoK.at(), intoV.array(), intoV.at());
    }

    /** B, NH, T, HS, NKV, S, causal, then each operand's strides over its first three axes. */
    private static long[] layout(AttentionMask mask, Tensor q, Tensor k, Tensor... others) {
        long[] layout = new long[SIZES + 3 * (2 + others.length)];
        for (int axis = 0; axis < 4; axis++) {
            layout[axis] = q.shape().extent(axis);
        }
        layout[4] = k.shape().extent(1);
        layout[5] = k.shape().extent(2);
        layout[6] = mask.causal() ? 1 : 0;
        strides(q, layout, 0);
        strides(k, layout, 1);
        for (int i = 0; i < others.length; i++) {
            strides(others[i], layout, 2 + i);
        }
        return layout;
    }

    private static void strides(Tensor of, long[] layout, int operand) {
        for (int axis = 0; axis < 3; axis++) {
            layout[SIZES + 3 * operand + axis] = of.stride(axis);
        }
    }

    private static int[] lengths(AttentionMask mask) {
        return mask.lengths().isEmpty() ? null : mask.lengths().stream().mapToInt(Integer::intValue).toArray();
    }

    private static float[] slopes(ScoreBias bias, Tensor q) {
        if (bias.isNone()) {
            return null;
        }
        float[] slopes = new float[q.shape().intExtent(1)];
        for (int h = 0; h < slopes.length; h++) {
            slopes[h] = (float) bias.slope(h);
        }
        return slopes;
    }

    private static native void forward(long name, long[] layout, float[] q, long qAt, float[] k, long kAt, float[] v, long vAt, int[] lengths,
            float[] slopes, float[] out, long outAt, float[] logSumExp, long logSumExpAt);

    private static native void backward(long name, long[] layout, float[] q, long qAt, float[] k, long kAt, float[] v, long vAt, int[] lengths,
            float[] slopes, float[] out, long outAt, float[] logSumExp, long logSumExpAt, float[] gradOut, long gradOutAt, float[] gradQ,
                    long gradQAt,
            float[] gradK, long gradKAt, float[] gradV, long gradVAt);
}
