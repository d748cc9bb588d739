/**
 * From files of text to what a step learns from: cleaning, documents, files of token ids, windows, shuffling and splitting.
 *
 * <pre>
 *   {@link org.llmsys.training.data.TextInput texts} --{@link org.llmsys.training.data.CorpusPreparation documents, cleaning, tokens}--&gt; a folder
 *        --{@link org.llmsys.training.data.PreparedData open}--&gt; {@link org.llmsys.training.data.TokenSource ids}
 *        --{@link org.llmsys.training.data.Windows windows}--&gt; inputs, targets (B,T)
 * </pre>
 *
 * <p>Everything random is a function of a seed. Nothing needs memory for the whole text.
 */
@Export
@Version("0.1.0")
package org.llmsys.training.data;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
