/**
 * Phase 06: from text to token ids and back.
 *
 * <pre>
 *   text --encode--&gt; ids (T), each from 0 to V-1 --decode--&gt; text
 * </pre>
 *
 * <p>A {@link org.llmsys.tokenizer.TokenizerType} is the service (one a kind of tokenizer): it trains or reads a
 * {@link org.llmsys.tokenizer.Tokenizer}, which is immutable. Kinds: {@code char} (one token a character), {@code whitespace} (one token a word),
 * {@code bpe} and {@code byte-bpe} (bytes, merged), {@code wordpiece} (the longest known pieces of a word), {@code sentencepiece-bpe} and
 * {@code unigram} (characters, blanks among them, merged by score or cut where it is most probable).
 *
 * <p>{@link org.llmsys.tokenizer.TokenizerFiles} reads any of their files and writes them in another form.
 */
@Export
@Version("0.1.0")
package org.llmsys.tokenizer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
