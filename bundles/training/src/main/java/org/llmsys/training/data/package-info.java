/**
 * From files of text to what a step learns from: cleaning, shards of token ids on disk, windows, shuffling and splitting.
 *
 * <pre>
 *   text --{@link org.llmsys.training.data.TextCleaning clean}--&gt; documents --tokenizer--&gt; ids
 *        --{@link org.llmsys.training.data.TokenShard shards}--&gt; {@link org.llmsys.training.data.Windows windows} --&gt; inputs, targets
 * </pre>
 *
 * <p>Everything random is a function of a seed.
 */
@Export
@Version("0.1.0")
package org.llmsys.training.data;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
