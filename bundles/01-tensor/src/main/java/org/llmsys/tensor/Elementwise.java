package org.llmsys.tensor;

import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

import org.llmsys.assembly.Problem;

/**
 * Functions of one, two or three tensors, element by element, with broadcasting: the scalar reference behind the methods of
 * {@link Tensor}.
 *
 * <pre>
 *   out[i] = f(a[i], b[i])        a and b expanded to the shape they broadcast to, out of that shape and of their type
 * </pre>
 *
 * <p>Floating types are computed in double and rounded once to the result's type. Integers are computed in 64 bits and wrap around;
 * their division truncates towards zero. Operands must be of one type; a block type is refused.
 */
final class Elementwise {

    private Elementwise() {
    }

    static Tensor binary(String operation, Tensor a, Tensor b, DoubleBinaryOperator floating, LongBinaryOperator whole) {
        requireOneType(operation, a, b);
        return pairs(operation, a.dtype(), a, b, floating, whole);
    }

    /** 1 where the comparison holds, else 0. */
    static Tensor compare(Comparison comparison, Tensor a, Tensor b) {
        String operation = comparison.name().toLowerCase(Locale.ROOT);
        requireOneType(operation, a, b);
        Shape shape = a.shape().broadcast(operation, b.shape());
        Tensor out = Tensor.zeros(DType.I32, shape);
        StridedWalk left = new StridedWalk(a.expand(shape));
        StridedWalk right = new StridedWalk(b.expand(shape));
        for (long i = 0; i < out.size(); i++) {
            long x = left.next();
            long y = right.next();
            boolean holds = a.dtype().floating() ? comparison.holds(a.storage().getDouble(x), b.storage().getDouble(y))
                    : comparison.holds(a.storage().getLong(x), b.storage().getLong(y));
            out.storage().setLong(i, holds ? 1 : 0);
        }
        return out;
    }

    /** Two tensors of types that need not be equal; computed in whole numbers when both are whole. */
    private static Tensor pairs(String operation, DType result, Tensor a, Tensor b, DoubleBinaryOperator floating, LongBinaryOperator whole) {
        Shape shape = a.shape().broadcast(operation, b.shape());
        Tensor out = Tensor.zeros(result, shape);
        StridedWalk left = new StridedWalk(a.expand(shape));
        StridedWalk right = new StridedWalk(b.expand(shape));
        Storage x = a.storage();
        Storage y = b.storage();
        Storage z = out.storage();
        boolean real = a.dtype().floating() || b.dtype().floating();
        for (long i = 0; i < out.size(); i++) {
            if (real) {
                z.setDouble(i, floating.applyAsDouble(x.getDouble(left.next()), y.getDouble(right.next())));
            } else {
                z.setLong(i, whole.applyAsLong(x.getLong(left.next()), y.getLong(right.next())));
            }
        }
        return out;
    }

    /** A function of real numbers. */
    static Tensor unary(String operation, Tensor a, DoubleUnaryOperator function) {
        requireReal(operation, a.dtype());
        requireNoBlocks(operation, a);
        Tensor out = Tensor.zeros(a.dtype(), a.shape());
        StridedWalk walk = new StridedWalk(a);
        for (long i = 0; i < out.size(); i++) {
            out.storage().setDouble(i, function.applyAsDouble(a.storage().getDouble(walk.next())));
        }
        return out;
    }

    /** A function of whole numbers. */
    static Tensor wholeUnary(Tensor a, LongUnaryOperator function) {
        Tensor out = Tensor.zeros(a.dtype(), a.shape());
        StridedWalk walk = new StridedWalk(a);
        for (long i = 0; i < out.size(); i++) {
            out.storage().setLong(i, function.applyAsLong(a.storage().getLong(walk.next())));
        }
        return out;
    }

    /** The one function of two types, as in ONNX: the result is of the base's. */
    static Tensor power(Tensor a, Tensor exponent) {
        requireNoBlocks("pow", a);
        requireNoBlocks("pow", exponent);
        return pairs("pow", a.dtype(), a, exponent, Math::pow, Elementwise::wholePower);
    }

    /** By repeated squaring; wraps around as multiplication does. */
    private static long wholePower(long base, long exponent) {
        if (exponent < 0) {
            throw Problem.failed("pow: a whole number to the power of " + exponent, "the result is a fraction",
                    "convert the base with to(DType.F32) first");
        }
        long power = 1;
        long square = base;
        for (long left = exponent; left > 0; left >>= 1) {
            power = (left & 1) == 1 ? power * square : power;
            square *= square;
        }
        return power;
    }

    static Tensor divide(Tensor a, Tensor b) {
        return binary("div", a, b, (x, y) -> x / y, (x, y) -> {
            if (y == 0) {
                throw Problem.failed("div: an integer was divided by zero", "only floating types have infinity",
                        "convert with to(DType.F32) first, or mask the zeros");
            }
            return x / y;
        });
    }

    /** out[i] = condition[i] != 0 ? a[i] : b[i]. */
    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        requireOneType("where", a, b);
        Shape shape = condition.shape().broadcast("where", a.shape()).broadcast("where", b.shape());
        Tensor out = Tensor.zeros(a.dtype(), shape);
        StridedWalk test = new StridedWalk(condition.expand(shape));
        StridedWalk left = new StridedWalk(a.expand(shape));
        StridedWalk right = new StridedWalk(b.expand(shape));
        for (long i = 0; i < out.size(); i++) {
            boolean first = condition.storage().getDouble(test.next()) != 0;
            long x = left.next();
            long y = right.next();
            Copies.copyElement(first ? a.storage() : b.storage(), first ? x : y, out.storage(), i);
        }
        return out;
    }

    static boolean allFinite(Tensor a) {
        if (!a.dtype().floating()) {
            return true;
        }
        if (a.storage().floats() != null && a.isContiguous()) {        // asked of every step's result, so without detours
            float[] data = a.storage().floats();
            int from = a.floatOffset();
            int to = from + Math.toIntExact(a.size());
            for (int i = from; i < to; i++) {
                if (!Float.isFinite(data[i])) {
                    return false;
                }
            }
            return true;
        }
        for (StridedWalk walk = new StridedWalk(a); walk.hasNext();) {
            if (!Double.isFinite(a.storage().getDouble(walk.next()))) {
                return false;
            }
        }
        return true;
    }

    static void requireReal(String operation, DType dtype) {
        if (!dtype.floating()) {
            throw Problem.misused(operation + " of a tensor of " + dtype, "it is a function of real numbers",
                    "convert it with to(DType.F32) first");
        }
    }

    static void requireNoBlocks(String operation, Tensor a) {
        if (a.dtype().blocked()) {
            throw Problem.misused(operation + " of a tensor of " + a.dtype() + " " + a.shape(),
                    "the elements of a block share a scale, so they are read but not computed with", "convert it with to(DType.F32) first");
        }
    }

    private static void requireOneType(String operation, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw Problem.misused(operation + ": " + a.dtype() + " " + a.shape() + " and " + b.dtype() + " " + b.shape() + " do not fit",
                    "operands must be of one type, so that nothing loses digits unseen", "convert one of them with to(DType)");
        }
        requireNoBlocks(operation, a);
    }
}
