package org.llmsys.shell.internal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;

import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Where the launcher comes in: a function from the words typed to an exit status, and a way to interrupt it. Plain types, so that launcher
 * and bundles share no package.
 */
@Component(service = {ToIntFunction.class, Runnable.class}, property = "llmsys.door=launcher")
public final class LauncherDoor implements ToIntFunction<String[]>, Runnable {

    private final CommandLine commands;
    private final Console console;

    @Activate
    public LauncherDoor(@Reference CommandLine commands) {
        this.commands = commands;
        String terminals = System.getProperty("llmsys.terminals", "");  // which of 0, 1 and 2 are terminals, as the script saw it
        // Streams of our own over the descriptors: Gogo exchanges those of System, and hands them back to whoever opens a session.
        PrintStream out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.err)), false, StandardCharsets.UTF_8);
        console = new Console(new FileInputStream(FileDescriptor.in), out, err, terminals.contains("1"), terminals.contains("2"));
    }

    @Override
    public int applyAsInt(String[] words) {
        if (words.length == 2 && words[0].equals("rehearse")) {
            return new Rehearsal(commands).run(words[1].equals("light"));
        }
        return commands.run(console, words.length == 0 ? new String[] {"shell"} : words);
    }

    @Override
    public void run() {
        console.cancel();
    }
}
