/**
 * Looking inside a model while it reads and writes: what each place of the network computed, what every filter cut before a token was drawn, how
 * likely each token of a text was, what a head is good for, and where two ways to compute the same model begin to differ.
 *
 * <p>Plain classes over public services: each takes the {@link org.llmsys.assembly.Assemblies} and a model, runs ordinary steps, and gives back
 * records.
 */
@Export
@Version("0.1.0")
package org.llmsys.inference.insight;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
