package org.llmsys.tokenizer.internal.bytepair;

import org.llmsys.assembly.Problem;

/** What a form of file has no words for: a tokenizer that needs it is not written in that form. */
record Unsaid(String form) {

    /** @throws Problem when it is needed */
    void check(boolean needed, String what) {
        if (needed) {
            throw Problem.failed("cannot write the tokenizer as " + form, "such a file cannot say " + what, "write it as tokenizer.json");
        }
    }

    /** Refuses a model that finds some tokens only whole, never by merging. */
    void checkMerged(BytePairModel model) {
        boolean[] merged = model.foundByMerging();
        for (int id = 0; id < merged.length; id++) {
            check(model.whole()[id] && !merged[id],
                    "that the token " + ByteAlphabet.write(model.tokens().bytes(id)) + " is found without its merges");
        }
    }
}
