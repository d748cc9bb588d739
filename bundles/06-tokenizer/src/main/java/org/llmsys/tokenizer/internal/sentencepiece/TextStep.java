package org.llmsys.tokenizer.internal.sentencepiece;

import java.text.BreakIterator;
import java.text.Normalizer;
import java.util.Locale;

import org.llmsys.tokenizer.internal.Words;

/**
 * One step of Hugging Face's normalizers and pre-tokenizers. Each unit that a step makes keeps the place of a unit that it was made from,
 * so that offsets lead back to the original text; what is inserted takes the place of its neighbour. Immutable.
 */
@FunctionalInterface
interface TextStep {

    SpacedText apply(SpacedText in);

    private static void copy(SpacedText in, int at, SpacedText out) {
        out.add(in.characters[at], in.origins[at], in.ends[at]);
    }

    /** Prepend: a text before the text, unless that is empty. */
    static TextStep prepend(String prefix) {
        return in -> {
            SpacedText out = new SpacedText(in.length + prefix.length(), true);
            if (in.length > 0) {
                out.add(prefix, in.origins[0], in.ends[in.characterEnd(0) - 1]);
            }
            for (int at = 0; at < in.length; at++) {
                copy(in, at, out);
            }
            return out;
        };
    }

    /** Replace with a text as the pattern. */
    static TextStep replace(String pattern, String content) {
        return in -> {
            String text = in.text(0, in.length);
            SpacedText out = new SpacedText(in.length, true);
            for (int at = 0; at < in.length;) {
                if (!text.startsWith(pattern, at)) {
                    copy(in, at++, out);
                    continue;
                }
                at += pattern.length();
                out.add(content, in.origins[at - 1], in.ends[at - 1]);
            }
            return out;
        };
    }

    /** Replace with two spaces or more as the pattern. */
    static TextStep replaceSpaces(String content) {
        return in -> {
            SpacedText out = new SpacedText(in.length, true);
            for (int at = 0; at < in.length;) {
                int end = at;
                while (end < in.length && in.characters[end] == ' ') {
                    end++;
                }
                if (end - at < 2) {
                    copy(in, at++, out);
                    continue;
                }
                out.add(content, in.origins[end - 1], in.ends[end - 1]);
                at = end;
            }
            return out;
        };
    }

    /** Strip: no white space at the ends. */
    static TextStep strip(boolean left, boolean right) {
        return in -> {
            int from = 0;
            int to = in.length;
            while (left && from < to && Words.isWhiteSpace(in.characters[from])) {
                from++;
            }
            while (right && to > from && Words.isWhiteSpace(in.characters[to - 1])) {
                to--;
            }
            SpacedText out = new SpacedText(to - from, true);
            for (int at = from; at < to; at++) {
                copy(in, at, out);
            }
            return out;
        };
    }

    /** Lowercase, each character by itself. */
    static TextStep lowerCase() {
        return in -> eachCharacter(in, character -> Character.toString(character).toLowerCase(Locale.ROOT));
    }

    /** StripAccents: no marks. */
    static TextStep stripAccents() {
        return in -> eachCharacter(in, character -> isMark(character) ? "" : Character.toString(character));
    }

    private static boolean isMark(int character) {
        int type = Character.getType(character);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    private static SpacedText eachCharacter(SpacedText in, java.util.function.IntFunction<String> change) {
        SpacedText out = new SpacedText(in.length, true);
        for (int at = 0; at < in.length; at = in.characterEnd(at)) {
            out.add(change.apply(in.codePoint(at)), in.origins[at], in.ends[at]);
        }
        return out;
    }

    /** NFC, NFD, NFKC, NFKD: run by run, each from one character that does not compose with what is before it to the next. */
    static TextStep unicode(Normalizer.Form form) {
        return in -> {
            SpacedText out = new SpacedText(in.length, true);
            for (int at = 0; at < in.length;) {
                int end = in.characterEnd(at);
                while (end < in.length && !startsAnew(in.codePoint(end), form)) {
                    end = in.characterEnd(end);
                }
                String run = in.text(at, end);
                String normal = Normalizer.normalize(run, form);
                align(in, at, end, normal, out);
                at = end;
            }
            return out;
        };
    }

    /** Whether nothing before this character can change with it. */
    private static boolean startsAnew(int character, Normalizer.Form form) {
        if (character < 0x300) {
            return true;
        }
        boolean jamo = character >= 0x1100 && character < 0x1200;
        return !jamo && !isMark(Normalizer.normalize(Character.toString(character), Normalizer.Form.NFKD).codePointAt(0)) && !(character >= 0xFF9E
                && character <= 0xFFDC);
    }

    /** The i-th new character takes the place of the i-th old one, those beyond the place of the last. */
    private static void align(SpacedText in, int from, int to, CharSequence made, SpacedText out) {
        int old = from;
        for (int at = 0; at < made.length();) {
            int end = at + Character.charCount(Character.codePointAt(made, at));
            out.add(made.subSequence(at, end), in.origins[old], in.ends[old]);
            at = end;
            old = in.characterEnd(old) < to ? in.characterEnd(old) : old;
        }
    }

    /**
     * Precompiled: a compiled character map, applied to each grapheme of less than six bytes that begins with a text of the map, else to
     * each of its characters. Of several such texts the shortest counts: unlike in SentencePiece, but as published models were made.
     */
    static TextStep precompiled(CharacterMap map) {
        return in -> {
            SpacedText out = new SpacedText(in.length, true);
            String text = in.text(0, in.length);
            BreakIterator graphemes = null;
            for (int at = 0; at < in.length;) {
                boolean single = in.characters[at] < 0x80 && in.characters[at] != '\r' && (at + 1 == in.length || in.characters[at + 1] < 0x80);
                int end = at + 1;
                if (!single) {
                    if (graphemes == null) {
                        graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
                        graphemes.setText(text);
                    }
                    end = graphemes.following(at);
                }
                if (!replaceStart(map, text, in, at, end, true, out)) {
                    for (int i = at; i < end; i = in.characterEnd(i)) {
                        if (!replaceStart(map, text, in, i, in.characterEnd(i), false, out)) {
                            for (int unit = i; unit < in.characterEnd(i); unit++) {
                                copy(in, unit, out);
                            }
                        }
                    }
                }
                at = end;
            }
            return out;
        };
    }

    private static boolean replaceStart(CharacterMap map, String text, SpacedText in, int from, int to, boolean small, SpacedText out) {
        if (!map.mayBegin(text.charAt(from)) || small && utf8Length(text, from, to) >= 6) {
            return false;
        }
        CharacterMap.Match match = map.shortest(text, from, to);
        if (match != null) {
            align(in, from, to, map.replacement(match.value()), out);
        }
        return match != null;
    }

    private static int utf8Length(String text, int from, int to) {
        int bytes = 0;
        for (int at = from; at < to && bytes < 6; at++) {
            char c = text.charAt(at);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    /** WhitespaceSplit: words without the white space between them. */
    static TextStep whitespaceSplit() {
        return in -> eachPart(in, (from, to, out) -> {
            boolean inWord = false;
            for (int at = from; at < to; at++) {
                boolean blank = Words.isWhiteSpace(in.characters[at]);
                if (!blank) {
                    if (!inWord) {
                        begin(out, in.origins[at]);
                    }
                    copy(in, at, out);
                }
                inWord = !blank;
            }
        });
    }

    /** Split at a space that stays with what is before it. */
    static TextStep splitAfterSpaces() {
        return in -> eachPart(in, (from, to, out) -> {
            for (int at = from; at < to; at++) {
                if (at == from || in.characters[at - 1] == ' ') {
                    begin(out, at == from && from == 0 ? in.base : in.origins[at]);
                }
                copy(in, at, out);
            }
        });
    }

    /** When Metaspace puts U+2581 before a part that does not begin with it. */
    enum Scheme { NEVER, FIRST, ALWAYS }

    /** Metaspace: spaces become U+2581. */
    static TextStep metaspace(Scheme scheme, boolean split) {
        return in -> eachPart(in, (from, to, out) -> {
            int base = from == 0 ? in.base : in.origins[from];
            boolean there = in.characters[from] == ' ' || in.characters[from] == Pieces.SPACE;
            begin(out, base);
            if (!there && (scheme == Scheme.ALWAYS || scheme == Scheme.FIRST && base == 0)) {
                out.add(Pieces.SPACE, in.origins[from], in.ends[from]);
            }
            for (int at = from; at < to; at++) {
                char c = in.characters[at] == ' ' ? Pieces.SPACE : in.characters[at];
                if (split && c == Pieces.SPACE && at > from) {
                    out.cut(out.length);
                }
                out.add(c, in.origins[at], in.ends[at]);
            }
        });
    }

    private static void begin(SpacedText out, int base) {
        if (out.length == 0) {
            out.base = base;
        } else {
            out.cut(out.length);
        }
    }

    /** What is done with one part of a text that was split before. */
    interface Part {
        void apply(int from, int to, SpacedText out);
    }

    private static SpacedText eachPart(SpacedText in, Part part) {
        SpacedText out = new SpacedText(in.length + in.cutCount + 1, true);
        int from = 0;
        for (int i = 0; i <= in.cutCount; i++) {
            int to = i < in.cutCount ? in.cuts[i] : in.length;
            if (from < to) {
                part.apply(from, to, out);
            }
            from = to;
        }
        return out;
    }
}
