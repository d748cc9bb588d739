/**
 * The native engine as services. One library, loaded by one bundle; every implementation that it has and this processor can run becomes a provider of
 * its slot:
 *
 * <pre>
 *   native                        the fastest, in a slot of one algorithm: matmul, attention, elementwise, embedding
 *   native-naive, native-tiled    the others there
 *   gelu-native                   the fastest for gelu, in a slot of several algorithms
 *   gelu-native-reference         the others there
 * </pre>
 *
 * <p>{@link org.llmsys.bindings.NativeLibrary} is always there and says whether the library was loaded, and if not, why.
 */
@Export
@Version("0.1.0")
package org.llmsys.bindings;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
