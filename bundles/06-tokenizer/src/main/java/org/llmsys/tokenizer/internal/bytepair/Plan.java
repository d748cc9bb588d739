package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.llmsys.assembly.Problem;

/** tiktoken's plans: the cut, the number of ranks in the file, and the special tokens that stand beside it. */
enum Plan {

    R50K_BASE(Cut.GPT2, 50_256, Map.of("<|endoftext|>", 50_256)),
    P50K_BASE(Cut.GPT2, 50_280, Map.of("<|endoftext|>", 50_256)),
    P50K_EDIT(Cut.GPT2, 50_280, Map.of("<|endoftext|>", 50_256, "<|fim_prefix|>", 50_281, "<|fim_middle|>", 50_282, "<|fim_suffix|>", 50_283)),
    CL100K_BASE(Cut.CL100K, 100_256, Map.of("<|endoftext|>", 100_257, "<|fim_prefix|>", 100_258, "<|fim_middle|>", 100_259,
            "<|fim_suffix|>", 100_260, "<|endofprompt|>", 100_276)),
    O200K_BASE(Cut.O200K, 199_998, Map.of("<|endoftext|>", 199_999, "<|endofprompt|>", 200_018)),
    LLAMA3(Cut.LLAMA3, 128_000, llamaSpecials()),
    QWEN2(Cut.QWEN2, 151_643, Map.of("<|endoftext|>", 151_643, "<|im_start|>", 151_644, "<|im_end|>", 151_645));

    final Cut cut;
    final int ranks;
    final Map<String, Integer> specials;

    Plan(Cut cut, int ranks, Map<String, Integer> specials) {
        this.cut = cut;
        this.ranks = ranks;
        this.specials = specials;
    }

    /** As people write it: {@code cl100k_base}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws Problem for a name that is none of these */
    static Plan named(String name) {
        return Arrays.stream(values()).filter(plan -> plan.label().equals(name)).findFirst().orElseThrow(() -> Problem.misused(
                "there is no plan named " + name, "the plans are " + Arrays.stream(values()).map(Plan::label).collect(Collectors.joining(", ")),
                "give one of these"));
    }

    /** The first plan with this many ranks, if there is one. */
    static Optional<Plan> ofSize(int ranks) {
        return Arrays.stream(values()).filter(plan -> plan.ranks == ranks).findFirst();
    }

    /** Llama 3 has 256 special tokens, most of them reserved. */
    private static Map<String, Integer> llamaSpecials() {
        Map<Integer, String> named = Map.of(0, "<|begin_of_text|>", 1, "<|end_of_text|>", 6, "<|start_header_id|>", 7, "<|end_header_id|>",
                9, "<|eot_id|>");
        Map<String, Integer> specials = new HashMap<>();
        int reserved = 0;
        for (int i = 0; i < 256; i++) {
            specials.put(named.containsKey(i) ? named.get(i) : "<|reserved_special_token_" + reserved++ + "|>", 128_000 + i);
        }
        return specials;
    }
}
