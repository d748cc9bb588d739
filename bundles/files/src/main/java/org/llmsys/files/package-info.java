/**
 * Model files, read with suspicion and written whole.
 *
 * <p>A parser here trusts nothing: headers are bounded, offsets, overlaps and products are checked, and a bad file gets one error that
 * lists everything wrong. A write goes to a temporary file, is forced to the disk and then renamed, so a reader sees the old file or
 * the new one.
 */
@Export
@Version("0.1.0")
package org.llmsys.files;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
