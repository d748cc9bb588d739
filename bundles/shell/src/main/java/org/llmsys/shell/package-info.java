/**
 * The commands: what people type, in the launcher and in the Gogo shell.
 *
 * <p>{@link org.llmsys.shell.HelpPage} is both the page that {@code --help} prints and the grammar that
 * {@link org.llmsys.shell.Arguments} checks what was typed against. A {@link org.llmsys.shell.Command} calls one service of the rooms below and
 * prints what it says to a {@link org.llmsys.shell.Console}: data as text, {@link org.llmsys.shell.Table} or
 * {@link org.llmsys.shell.Json}.
 */
@Export
@Version("0.1.0")
package org.llmsys.shell;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
