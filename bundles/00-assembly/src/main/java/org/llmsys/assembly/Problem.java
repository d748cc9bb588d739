package org.llmsys.assembly;

/**
 * An error a person can act on: what went wrong, why, and how to mend it.
 *
 * <pre>
 *   error: cannot read the text file story.txt
 *   why: there is no such file
 *   fix: give --text the path of a plain text file
 * </pre>
 */
public class Problem extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Exit status of a failure. */
    public static final int FAILED = 1;
    /** Exit status of wrong use. */
    public static final int MISUSED = 2;

    private final String why;
    private final String fix;
    private final int exitStatus;

    public Problem(String what, String why, String fix, int exitStatus, Throwable cause) {
        super(what, cause);
        this.why = why;
        this.fix = fix;
        this.exitStatus = exitStatus;
    }

    /** A failure: exit status 1. */
    public static Problem failed(String what, String why, String fix) {
        return new Problem(what, why, fix, FAILED, null);
    }

    /** Wrong use: exit status 2. */
    public static Problem misused(String what, String why, String fix) {
        return new Problem(what, why, fix, MISUSED, null);
    }

    public String why() {
        return why;
    }

    public String fix() {
        return fix;
    }

    public int exitStatus() {
        return exitStatus;
    }

    /** The three lines as they are printed. */
    public String text() {
        return "error: " + getMessage() + "\nwhy: " + why + "\nfix: " + fix;
    }
}
