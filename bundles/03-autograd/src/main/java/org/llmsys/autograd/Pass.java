package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

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
    private final Workspace.Loan memory;
    private final boolean training;
    private final long seed;
    private final long place;
    private final List<Runnable> afterwards;

    /** A pass without gradients, in F32 memory of its own. */
    public static Pass inference(Step step, TensorAllocator allocator, String owner) {
        return inference(step, allocator, new Workspace(owner));
    }

    /** A pass without gradients. */
    public static Pass inference(Step step, TensorAllocator allocator, Workspace workspace) {
        return new Pass(step, GradientTape.NONE, workspace.open(allocator), false, 0, 0, new ArrayList<>());
    }

    /** A pass that a tape follows, in F32 memory of its own. */
    public static Pass training(Step step, TapeFactory tapes, TensorAllocator allocator, String owner, long seed, long place) {
        return training(step, tapes, allocator, new Workspace(owner), seed, place);
    }

    /**
     * A pass that a tape follows.
     *
     * @param workspace the run's memory, which also says in which type the pass computes
     * @param seed      of the run
     * @param place     the training step, so that a repeated step repeats its draws
     */
    public static Pass training(Step step, TapeFactory tapes, TensorAllocator allocator, Workspace workspace, long seed, long place) {
        Workspace.Loan memory = workspace.open(allocator);
        return new Pass(step, tapes.open(memory), memory, true, seed, place, new ArrayList<>());
    }

    private Pass(Step step, GradientTape tape, Workspace.Loan memory, boolean training, long seed, long place,
            List<Runnable> afterwards) {
        this.step = step;
        this.tape = tape;
        this.memory = memory;
        this.training = training;
        this.seed = seed;
        this.place = place;
        this.afterwards = afterwards;
    }

    /** This pass with nothing taken down: what is computed in it is constant. The memory stays this pass's; close this one only. */
    public Pass withoutGradients() {
        return new Pass(step, GradientTape.NONE, memory, training, seed, place, afterwards);
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

    /** Elements of the pass's type, all 0, contiguous: an array on the heap when that type is F32. Given back when the pass closes. */
    public Tensor zeros(Shape shape) {
        return memory.zeros(shape);
    }

    /** As {@link #zeros(Shape)}. */
    public Tensor zeros(long... extents) {
        return zeros(Shape.of(extents));
    }

    /** As {@link #zeros(Shape)} with any content, for a result that a kernel overwrites wholly. */
    public Tensor blank(Shape shape) {
        return memory.blank(shape);
    }

    /** As {@link #blank(Shape)}. */
    public Tensor blank(long... extents) {
        return blank(Shape.of(extents));
    }

    /** Says that nobody in this pass reads a tensor of {@link #zeros} or {@link #blank} any more. */
    public void giveBack(Tensor tensor) {
        memory.giveBack(tensor);
    }

    /**
     * Computes a part of the network whose intermediates nobody needs afterwards, where no tape and no hook keeps them: their memory goes back at
     * once, so a deep stack takes as much as one of its parts.
     *
     * @param part takes tensors of this pass and keeps none of them but its result
     */
    public Variable passing(Supplier<Variable> part) {
        if (tape != GradientTape.NONE || Hooks.of(this) != null) {
            return part.get();
        }
        int mark = memory.mark();
        Variable result = part.get();
        memory.giveBackSince(mark, result.value().storage());
        return result;
    }

    /** Random numbers for one place in the network, for example a dropout layer: functions of seed, step and place. */
    public RandomStream random(long layer) {
        return RandomStream.at(seed, place, layer);
    }

    /**
     * Puts something off until the pass completes: an attempt that is given up, and repeated, leaves nothing behind. For what a layer
     * measures while it learns, such as the running mean of batch normalization.
     */
    public void whenComplete(Runnable action) {
        afterwards.add(action);
    }

    /**
     * Says that the pass went well: what was put off happens, once and in order, and the next pass may use this one's memory again.
     * Without it, closing gives the memory up. A training run calls it when it commits the step.
     */
    public void complete() {
        afterwards.forEach(Runnable::run);
        afterwards.clear();
        memory.complete();
    }

    @Override
    public void close() {
        memory.close();
    }
}
