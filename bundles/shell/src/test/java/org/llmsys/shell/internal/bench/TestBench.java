package org.llmsys.shell.internal.bench;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.shell.Console;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Trainer;

/** What {@code bench} measures with, of one thread and without a framework. */
final class TestBench implements AutoCloseable {

    private final ClassPathWorkbench rooms = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private final ClassPathWorkbench workbench =
            ClassPathWorkbench.open(WorkerPool.SERIAL, rooms.get(InferenceEngine.class));                // given, it serves the slot too

    Assemblies assemblies() {
        return workbench.assemblies();
    }

    Trainer trainer() {
        return workbench.get(Trainer.class);
    }

    List<Row> run(Request request, Console console) throws Exception {
        return new Benchmarks(assemblies(), WorkerPool.SERIAL, trainer(), StepListener.NONE, console).run(request);
    }

    @Override
    public void close() {
        workbench.close();
        rooms.close();
    }
}
