/**
 * Phase 06: from text to token ids and back.
 *
 * <pre>
 *   text --encode--&gt; ids (T), each from 0 to V-1 --decode--&gt; text
 * </pre>
 *
 * <p>A {@link org.llmsys.tokenizer.TokenizerType} is the service (one a kind of tokenizer): it trains or reads a
 * {@link org.llmsys.tokenizer.Tokenizer}, which is immutable. Kinds: {@code char} (one token a character), {@code whitespace} (one token a word),
 * {@code bpe} and {@code byte-bpe} (bytes, merged).
 */
@Export
@Version("0.1.0")
package org.llmsys.tokenizer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
