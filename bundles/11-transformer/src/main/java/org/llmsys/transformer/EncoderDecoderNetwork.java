package org.llmsys.transformer;

import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An encoder that reads one sequence and a decoder that writes another while it looks at what was read.
 *
 * <pre>
 *   memory = encoder(source)                                   (B,S,C)
 *   logits = decoder(target, memory)                           (B,T,V)     target token t sees targets 0 to t, and all of the memory
 * </pre>
 */
@ProviderType
public interface EncoderDecoderNetwork {

    /**
     * @param source  B·S ids, row by row
     * @param sources how much of each row is no padding
     * @return shape (B,S,C)
     */
    Variable encode(int[] source, Sequences.Fresh sources, Pass pass);

    /**
     * @param target   B·T ids, row by row
     * @param targets  how much of each row is no padding
     * @param memory   what {@link #encode} gave, shape (B,S,C)
     * @param sources  as there
     * @param lastOnly logits of each row's last position that is no padding
     * @return logits, shape (B,T,V), or (B,1,V)
     */
    Variable decode(int[] target, Sequences.Fresh targets, Variable memory, Sequences.Fresh sources, boolean lastOnly, Pass pass);
}
