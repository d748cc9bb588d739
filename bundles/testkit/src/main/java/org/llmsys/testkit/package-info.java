/**
 * The conformance kit: what every provider of a slot promises, as checks that run anywhere.
 *
 * <p>A {@link org.llmsys.testkit.Contract} belongs to one service interface and holds for every provider of it, ours or contributed,
 * Java or native. It needs no test framework: {@code ./llmsys check SLOT NAME} runs it in a live workbench, and a JUnit test runs it over
 * all providers at build time. Expected values are computed here in double, never by another provider.
 */
@Export
@Version("0.1.0")
package org.llmsys.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
