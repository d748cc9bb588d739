package org.llmsys.autograd;

import org.llmsys.assembly.Step;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * One forward pass (and its way back): the step whose providers compute it, the tape that follows it, the memory it uses, the place
 * its random draws are taken from. Closing it gives the memory back; what must outlive it is copied out first.
 */
public final class Pass implements AutoCloseable {

    private final Step step;
    private final GradientTape tape;
    private final WorkingMemory memory;
    private final boolean training;
    private final long seed;
    private final long place;

    /** A pass without gradients. */
    public static Pass inference(Step step, TensorAllocator allocator, String owner) {
        return new Pass(step, GradientTape.NONE, new WorkingMemory(allocator, owner), false, 0, 0);
    }

    /**
     * A pass that a tape follows.
     *
     * @param seed  of the run
     * @param place the training step, so that a repeated step repeats its draws
     */
    public static Pass training(Step step, TapeFactory tapes, TensorAllocator allocator, String owner, long seed, long place) {
        WorkingMemory memory = new WorkingMemory(allocator, owner);
        return new Pass(step, tapes.open(memory::zeros), memory, true, seed, place);
    }

    private Pass(Step step, GradientTape tape, WorkingMemory memory, boolean training, long seed, long place) {
        this.step = step;
        this.tape = tape;
        this.memory = memory;
        this.training = training;
        this.seed = seed;
        this.place = place;
    }

    /** This pass with nothing taken down: what is computed in it is constant. The memory stays this pass's; close this one only. */
    public Pass withoutGradients() {
        return new Pass(step, GradientTape.NONE, memory, training, seed, place);
    }

    public Step step() {
        return step;
    }

    public GradientTape tape() {
        return tape;
    }

    /** Whether layers that behave differently while learning (dropout) shall do so. */
    public boolean training() {
        return training;
    }

    /** Zeroed F32 elements, contiguous on the heap, from the step's allocator when it allocates there; given back when the pass closes. */
    public Tensor zeros(Shape shape) {
        return memory.zeros(shape);
    }

    /** As {@link #zeros(Shape)}. */
    public Tensor zeros(long... extents) {
        return zeros(Shape.of(extents));
    }

    /** Random numbers for one place in the network, for example a dropout layer: functions of seed, step and place. */
    public RandomStream random(long layer) {
        return RandomStream.at(seed, place, layer);
    }

    @Override
    public void close() {
        memory.close();
    }
}
