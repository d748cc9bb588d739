package org.llmsys.shell.internal.bench;

/** A peer knows the case, and yet cannot take part: it comes to another result, or its library has no way to say it. */
final class PeerDeclines extends Exception {

    private static final long serialVersionUID = 1;

    PeerDeclines(String why) {
        super(why);
    }
}
