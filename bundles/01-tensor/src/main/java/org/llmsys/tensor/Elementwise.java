package org.llmsys.tensor;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

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
 * their division truncates towards zero. Operands must be of one type.
 */
final class Elementwise {

    private Elementwise() {
    }

    static Tensor binary(String operation, Tensor a, Tensor b, DoubleBinaryOperator floating, LongBinaryOperator whole) {
        requireOneType(operation, a, b);
        Shape shape = a.shape().broadcast(operation, b.shape());
        Tensor out = Tensor.zeros(a.dtype(), shape);
        StridedWalk left = new StridedWalk(a.expand(shape));
        StridedWalk right = new StridedWalk(b.expand(shape));
        Storage x = a.storage();
        Storage y = b.storage();
        Storage z = out.storage();
        for (long i = 0; i < out.size(); i++) {
            if (a.dtype().floating()) {
                z.setDouble(i, floating.applyAsDouble(x.getDouble(left.next()), y.getDouble(right.next())));
            } else {
                z.setLong(i, whole.applyAsLong(x.getLong(left.next()), y.getLong(right.next())));
            }
        }
        return out;
    }

    /** A function of real numbers. */
    static Tensor unary(String operation, Tensor a, DoubleUnaryOperator function) {
        if (!a.dtype().floating()) {
            throw notReal(operation, a.dtype());
        }
        Tensor out = Tensor.zeros(a.dtype(), a.shape());
        StridedWalk walk = new StridedWalk(a);
        for (long i = 0; i < out.size(); i++) {
            out.storage().setDouble(i, function.applyAsDouble(a.storage().getDouble(walk.next())));
        }
        return out;
    }

    static Tensor power(Tensor a, Tensor exponent) {
        return binary("pow", a, exponent, Math::pow, (x, y) -> {
            throw notReal("pow", a.dtype());
        });
    }

    static Tensor negate(Tensor a) {
        return binary("neg", Tensor.zeros(a.dtype(), Shape.of()), a, (zero, x) -> -x, (zero, x) -> -x);    // not 0 - x: that loses -0.0
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
            copyElement(first ? a.storage() : b.storage(), first ? x : y, out.storage(), i);
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

    /** One element from storage to storage, exact when both types are whole, else by way of double. */
    static void copyElement(Storage from, long fromIndex, Storage to, long toIndex) {
        if (from.dtype().floating() || to.dtype().floating()) {
            to.setDouble(toIndex, from.getDouble(fromIndex));
        } else {
            to.setLong(toIndex, from.getLong(fromIndex));
        }
    }

    private static Problem notReal(String operation, DType dtype) {
        return Problem.misused(operation + " of a tensor of " + dtype, "it is a function of real numbers",
                "convert it with to(DType.F32) first");
    }

    private static void requireOneType(String operation, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw Problem.misused(operation + ": " + a.dtype() + " " + a.shape() + " and " + b.dtype() + " " + b.shape() + " do not fit",
                    "operands must be of one type, so that nothing loses digits unseen", "convert one of them with to(DType)");
        }
    }
}
