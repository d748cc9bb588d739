package org.llmsys.testkit.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.llmsys.autograd.PassMemory;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;

/**
 * A pass's memory that finds careless use out: blank tensors hold NaN, and so does, at once, whatever is given back. Giving back twice
 * is an error.
 */
final class SpoilingMemory implements PassMemory {

    private final DType dtype;
    private final Set<Storage> lent = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Storage> back = Collections.newSetFromMap(new IdentityHashMap<>());

    SpoilingMemory() {
        this(DType.F32);
    }

    SpoilingMemory(DType dtype) {
        this.dtype = dtype;
    }

    @Override
    public Tensor zeros(Shape shape) {
        Tensor tensor = Tensor.zeros(dtype, shape);
        lent.add(tensor.storage());
        return tensor;
    }

    @Override
    public Tensor blank(Shape shape) {
        Tensor tensor = zeros(shape);
        spoil(tensor.storage());
        return tensor;
    }

    @Override
    public void giveBack(Tensor tensor) {
        if (lent.contains(tensor.storage())) {
            Checks.that(back.add(tensor.storage()), "memory was given back twice");
            spoil(tensor.storage());
        }
    }

    boolean wasGivenBack(Tensor tensor) {
        return back.contains(tensor.storage());
    }

    private static void spoil(Storage storage) {
        for (long i = 0; i < storage.size(); i++) {
            storage.setDouble(i, Double.NaN);
        }
    }
}
