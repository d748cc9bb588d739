package org.llmsys.training.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.training.BatchSource;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.DocumentEnds;
import org.llmsys.training.data.TokenSource;
import org.llmsys.training.data.Windows;

/** The windows that a run learns from, as its configuration and its source of batches want them. */
final class LearnedWindows {

    private LearnedWindows() {
    }

    /** @param documents where they end, of use when no window may cross them */
    static Windows of(TrainingConfig config, TokenSource ids, DocumentEnds documents, Assemblies assemblies) {
        int length = config.model().contextLength();
        int stride = config.stride() > 0 ? config.stride() : strideOf(config.batches(), length, assemblies);
        return new Windows(ids, length, stride, config.keepRest(), config.withinDocuments() ? documents : DocumentEnds.of(ids.size()));
    }

    private static int strideOf(String batches, int length, Assemblies assemblies) {
        String name = assemblies.current().serving("batches", batches).map(Candidate::name)
                .orElseGet(() -> assemblies.current().candidates("batches").stream().filter(c -> c.algorithm().equals(batches)).findFirst()
                        .orElseThrow().name());
        try (Assemblies.Held<BatchSource> held = assemblies.hold(BatchSource.class, name)) {
            return held.provider().stride(length);
        }
    }
}
