package org.llmsys.tokenizer;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A tokenizer whose smallest tokens are the 256 bytes: it can express anything, also what is not text.
 *
 * <pre>
 *   decodeBytes(encodeBytes(b)) = b        for every b
 * </pre>
 */
@ConsumerType
public interface ByteLevelTokenizer extends Tokenizer {

    /** The ids of these bytes, which need not be UTF-8; special tokens are not looked for, and none is added. */
    int[] encodeBytes(byte[] bytes);

    /**
     * The bytes of these ids; a token may hold a part of a character only.
     *
     * @throws org.llmsys.assembly.Problem for an id outside the vocabulary
     */
    byte[] decodeBytes(int[] ids);
}
