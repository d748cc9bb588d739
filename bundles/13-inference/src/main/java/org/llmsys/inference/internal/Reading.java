package org.llmsys.inference.internal;

/**
 * What a sequence wants of a step.
 *
 * @param ids      the next ids, at least one
 * @param position of the token after the ids, which its random draws are functions of
 * @param pick     whether that token is wanted
 * @param scores   measures the ids that follow each row; null when nobody asked
 */
record Reading(int[] ids, long position, boolean pick, PromptScores scores) {

    /** Most tokens of a prompt in one step: a swap never waits for more than this. */
    static final int CHUNK = 256;

    /** The same where every row gets logits, which are wide. */
    static final int MEASURED_CHUNK = 64;
}
