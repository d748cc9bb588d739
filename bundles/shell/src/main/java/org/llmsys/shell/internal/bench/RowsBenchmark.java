package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.stream.Stream;

/** What works on rows by columns, forward and backward. */
interface RowsBenchmark extends Benchmark {

    Trial forward(int rows, int columns);

    Trial backward(int rows, int columns);

    @Override
    default String form() {
        return "RxC";
    }

    @Override
    default List<Trial> trials(List<int[]> sizes) {
        return sizes.stream().flatMap(size -> Stream.of(forward(size[0], size[1]), backward(size[0], size[1]))).toList();
    }
}
