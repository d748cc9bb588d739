package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tensor.DType;

/** Measures models with random weights: each size with its weights in each type. A size's first number are the layers, which say the shape. */
interface ModelBenchmark extends Benchmark {

    ModelTrials models();

    /** The types that are measured when nobody asks for others. */
    List<DType> usual();

    /** @param size as many numbers as {@link #form} says */
    Trial trial(ModelShape shape, int[] size, DType type);

    @Override
    default boolean picksByName() {
        return true;
    }

    @Override
    default List<PeerProgram> peers() {
        return ModelTrials.PEERS;
    }

    @Override
    default List<Trial> trials(List<int[]> sizes) {
        List<Trial> trials = new ArrayList<>();
        for (int[] size : sizes) {
            for (DType type : models().types(usual())) {
                trials.add(trial(ModelShape.ofLayers(size[0]), size, type));
            }
        }
        return trials;
    }
}
