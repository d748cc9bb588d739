package org.llmsys.autograd;

import org.llmsys.assembly.Finite;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * A tensor with a name that a tape may follow. It holds no gradient: gradients belong to the attempt that computed them
 * ({@link Gradients}), so a repeated step leaves nothing behind.
 */
public final class Variable implements Finite {

    private final String name;
    private final Tensor value;
    private final boolean differentiable;

    /**
     * @param name           for messages and graphs: a parameter's name, or the operation that made the value
     * @param differentiable whether a gradient with respect to it is wanted or flows through it
     */
    public Variable(String name, Tensor value, boolean differentiable) {
        this.name = name;
        this.value = value;
        this.differentiable = differentiable;
    }

    /** A weight that learns. */
    public static Variable parameter(String name, Tensor value) {
        return new Variable(name, value, true);
    }

    /** A value that no gradient flows to. */
    public static Variable constant(String name, Tensor value) {
        return new Variable(name, value, false);
    }

    /** The same value, which no gradient flows through any more. */
    public Variable detach() {
        return constant(name, value);
    }

    public String name() {
        return name;
    }

    public Tensor value() {
        return value;
    }

    public Shape shape() {
        return value.shape();
    }

    public boolean differentiable() {
        return differentiable;
    }

    @Override
    public boolean allFinite() {
        return value.allFinite();
    }

    @Override
    public String toString() {
        return name + value.shape();
    }
}
