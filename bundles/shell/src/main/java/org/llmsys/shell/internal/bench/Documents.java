package org.llmsys.shell.internal.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts that are encoded: pieces of some kilobytes that end with a line, taken from places all over a long text.
 *
 * @param texts one after the other
 * @param bytes of all of them in UTF-8
 */
record Documents(List<String> texts, long bytes) {

    /** Characters after which a document ends with its line, or with the next blank, or at twice this length. */
    static final int LENGTH = 16_384;
    /** Characters of all documents: seconds for the slowest peer, and far more than any cache keeps. */
    static final int ENOUGH = 2_000_000;

    static Documents of(List<String> texts) {
        return new Documents(List.copyOf(texts), texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum());
    }

    /** Cuts a text; of one that is longer than {@code most} characters every so manieth document is taken, so that they add up to about that. */
    static Documents cut(String text, int most) {
        List<String> all = new ArrayList<>();
        for (int at = 0; at < text.length(); at += all.getLast().length()) {
            all.add(text.substring(at, end(text, at)));
        }
        int wanted = (int) Math.clamp((long) all.size() * most / text.length(), 1, all.size());
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            taken.add(all.get((int) ((long) i * all.size() / wanted)));
        }
        return of(taken);
    }

    /** The same documents again and again, until they have about this many characters. */
    Documents repeated(int characters) {
        long length = texts.stream().mapToLong(String::length).sum();
        List<String> many = new ArrayList<>(texts);
        for (long sum = 2 * length; sum <= characters; sum += length) {
            many.addAll(texts);
        }
        return of(many);
    }

    private static int end(String text, int start) {
        int from = start + LENGTH;
        int last = Math.min(text.length(), from + LENGTH);
        if (from >= text.length()) {
            return text.length();
        }
        int line = text.indexOf('\n', from);
        if (line >= 0 && line < last) {
            return line + 1;
        }
        int blank = text.indexOf(' ', from);
        int end = blank >= 0 && blank < last ? blank : last;
        return Character.isHighSurrogate(text.charAt(end - 1)) && end < text.length() ? end + 1 : end;
    }
}
