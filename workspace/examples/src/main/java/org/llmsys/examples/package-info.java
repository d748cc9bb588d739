/**
 * Worked examples: small networks that learn while you watch. {@code ./llmsys example} lists them.
 *
 * <pre>
 *   xor        the smallest problem that needs two layers
 *   spirals    a curved border between two classes, and its picture
 *   mnist      handwritten digits, by a plain and by a convolutional network
 *   char-rnn   a text, letter by letter, by a network with a memory
 *   transfer   what was learned for one task serves another
 * </pre>
 *
 * <p>Each is one class, meant to be read from top to bottom. {@link org.llmsys.examples.Example} is what a plug-in implements to bring
 * one more.
 */
@Export
@Version("0.1.0")
package org.llmsys.examples;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
