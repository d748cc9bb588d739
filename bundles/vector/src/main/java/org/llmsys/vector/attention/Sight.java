package org.llmsys.vector.attention;

import org.llmsys.attention.AttentionMask;

/**
 * What the queries of one batch row see: query t the first min(valid, before + t + 1) keys.
 *
 * @param before keys that query t sees beside t + 1
 * @param valid  keys that are no padding
 */
record Sight(int before, int valid) {

    static Sight of(AttentionMask mask, int batch, int queries, int keys) {
        return new Sight(mask.before(queries, keys), mask.valid(batch, keys));
    }

    int keys(int t) {
        return Math.min(valid, before + t + 1);
    }
}
