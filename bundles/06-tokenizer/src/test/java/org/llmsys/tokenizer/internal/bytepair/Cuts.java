package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;

/** All cuts that have a name. */
final class Cuts {

    static final List<Cut> ALL = List.of(Cut.NONE, Cut.GPT2, Cut.STARCODER, Cut.CL100K, Cut.LLAMA3, Cut.QWEN2, Cut.O200K, Cut.TEKKEN, Cut.FALCON,
            Cut.BLOOM, Cut.VIKING, Cut.DEEPSEEK_CODER, Cut.DEEPSEEK_V3, Cut.DEFAULT);

    private Cuts() {
    }
}
