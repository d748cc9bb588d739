/**
 * Phase 00: how the rooms of the house find each other.
 *
 * <p>Every algorithm of a language model is an OSGi service in a named <em>slot</em>. An {@link org.llmsys.assembly.Assembly}
 * is an immutable picture of who would serve each slot now. A model declares what it {@linkplain org.llmsys.assembly.Needs needs}
 * when its layers are built; every {@linkplain org.llmsys.assembly.Step step} (one token, one training step) takes a lease on those
 * needs, computes everything with it and gives it back. So an algorithm can be exchanged between any two steps, and never within one.
 *
 * <pre>
 *   providers --arrive, leave--&gt; Assembly --lease--&gt; Step --get(need)--&gt; the provider, for the whole step
 * </pre>
 *
 * <p>Besides: {@link org.llmsys.assembly.Problem} (errors that say what, why and how to mend it),
 * {@link org.llmsys.assembly.Job} (progress, cancel, pause) and {@link org.llmsys.assembly.TraceBus} (who wants to see a tensor).
 */
@Export
@Version("0.1.0")
package org.llmsys.assembly;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
