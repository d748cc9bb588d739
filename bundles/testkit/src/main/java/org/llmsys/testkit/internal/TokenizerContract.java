package org.llmsys.testkit.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.osgi.service.component.annotations.Component;

/**
 * Every kind of tokenizer: what it learned from a text it can express; ids lie in the vocabulary, offsets in the text, and together they
 * cover it; decoding again and streaming agree, for any ids; special tokens mean what the caller says; the same text teaches the same
 * vocabulary; its files say all there is to know ({@link TokenizerFilePromises}).
 */
@Component(service = Contract.class)
public final class TokenizerContract implements Contract<TokenizerType> {

    static final String TEXT = "The old clock stood in the hall.\nIt was late, and the clock was slow: \"Late again!\" said Tom \u00E9\u4E2D\uD83D\uDE00 the end.\n";
    /** Pieces of the text in another order, at its ends, alone, and doubled: a tokenizer that knows TEXT can express them. */
    static final List<String> TEXTS = List.of(TEXT, "the", "clock\n\nclock", "\uD83D\uDE00\uD83D\uDE00\u4E2D\u00E9", "  the   end  ", "Tom!Tom!Tom!", "\n", " ",
            "hall.hall.\"", "slow: \u00E9late\u00E9\uD83D\uDE00", TEXT + TEXT);

    @Override
    public Class<TokenizerType> service() {
        return TokenizerType.class;
    }

    @Override
    public void check(TokenizerType type, Subject subject, Checks checks) {
        training(type, checks);
        encoding(type, checks);
        decoding(type, checks);
        specials(type, checks);
        if (!(train(type) instanceof ByteLevelTokenizer)) {
            checks.skip("any bytes come back");
        } else {
            checks.promise("any bytes come back, and text gives the ids that its bytes give", () -> bytes((ByteLevelTokenizer) train(type)));
        }
        if (!(train(type) instanceof MergeHistory)) {
            checks.skip("it remembers what it joined");
        } else {
            checks.promise("it remembers what it joined: two tokens of the vocabulary, another one, and how often", () -> history(type));
        }
        TokenizerFilePromises.check(type, checks);
    }

    private static void training(TokenizerType type, Checks checks) {
        checks.promise("it learns from a text, and the same from the same text", () ->
                Checks.that(train(type).toJson().equals(train(type).toJson()), "the second differs"));
        checks.promise("a cancelled training ends, before it begins and when it reports", () -> {
            Job before = Job.silent("check");
            before.cancel();
            cancelled(type, before);
            Job[] self = new Job[1];
            AtomicInteger reports = new AtomicInteger();
            Job reporting = new Job("check", "steps", 0, progress -> {
                reports.incrementAndGet();
                self[0].cancel();
            });
            self[0] = reporting;
            cancelled(type, reporting);
            Checks.that(reports.get() > 0, "it never reported");
        });
        checks.promise("settings out of range and a text without content are refused with a reason", () -> {
            problem("a vocabulary of -1", () -> type.train(TEXT, new TrainingSettings(-1, 1), Job.silent("check")));
            problem("a minimum frequency of 0", () -> type.train(TEXT, new TrainingSettings(0, 0), Job.silent("check")));
            problem("an empty text", () -> type.train("", TrainingSettings.DEFAULTS, Job.silent("check")));
        });
    }

    private static void cancelled(TokenizerType type, Job job) {
        try {
            type.train(TEXT, TrainingSettings.DEFAULTS, job);
            Checks.that(false, "it went on to the end");
        } catch (CancellationException expected) {
            // as promised
        }
    }

    private static void encoding(TokenizerType type, Checks checks) {
        checks.promise("ids lie in the vocabulary, and every token has the id that names it", () -> {
            Tokenizer tokenizer = train(type);
            for (String text : TEXTS) {
                for (int id : tokenizer.encode(text)) {
                    Checks.that(id >= 0 && id < tokenizer.vocabSize(), "id %d of %d", id, tokenizer.vocabSize());
                }
            }
            for (int id = 0; id < tokenizer.vocabSize(); id++) {
                Checks.that(tokenizer.id(tokenizer.token(id)).orElse(-1) == id, "token %s does not have the id %d", tokenizer.token(id), id);
            }
        });
        checks.promise("offsets rise, lie in the text, break no character, and cover all but blanks", () -> {
            Tokenizer tokenizer = train(type);
            for (String text : TEXTS) {
                for (Specials mode : List.of(Specials.RECOGNIZED, Specials.IGNORED)) {
                    offsets(text, tokenizer.encode(text, mode));
                    Checks.that(Arrays.equals(tokenizer.encode(text, mode).ids(), tokenizer.ids(text, mode)), "the ids alone are others for %s", text);
                }
            }
        });
        checks.promise("an empty text encodes to nothing", () -> Checks.that(train(type).encode("", Specials.IGNORED).ids().length == 0, "it gave ids"));
        checks.promise("half a surrogate pair is refused with a reason", () -> {
            Tokenizer tokenizer = train(type);
            for (String bad : List.of("the \uD83D end", "the end\uD83D", "\uDE00the")) {
                problem("half a pair", () -> tokenizer.encode(bad));
                problem("half a pair", () -> tokenizer.encode(bad, Specials.IGNORED));
            }
        });
        checks.promise("a long text needs no deep stack", () -> {
            String text = "the".repeat(20_011);
            Encoding encoding = train(type).encode(text, Specials.IGNORED);
            offsets(text, encoding);
        });
        checks.promise("many threads may encode at once", () -> {
            Tokenizer tokenizer = train(type);
            Checks.sameOnManyThreads(() -> Arrays.hashCode(tokenizer.encode(TEXT)));
        });
    }

    private static void offsets(String text, Encoding encoding) {
        boolean[] covered = new boolean[text.length()];
        int from = 0;
        Checks.that(encoding.starts().length == encoding.ids().length && encoding.ends().length == encoding.ids().length, "there is not one for each id");
        for (int i = 0; i < encoding.ids().length; i++) {
            int start = encoding.starts()[i];
            int end = encoding.ends()[i];
            Checks.that(start >= from && end >= start && end <= text.length(), "token %d is at %d to %d, after one at %d", i, start, end, from);
            Checks.that(isBoundary(text, start) && isBoundary(text, end), "token %d is at %d to %d, inside a character", i, start, end);
            Arrays.fill(covered, start, end, true);
            from = start;
        }
        for (int at = 0; at < covered.length; at++) {
            Checks.that(covered[at] || Character.isWhitespace(text.charAt(at)), "no token stands for character %d", at);
        }
    }

    private static boolean isBoundary(String text, int at) {
        return at <= 0 || at >= text.length() || !Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    private static void decoding(TokenizerType type, Checks checks) {
        checks.promise("decoding and encoding again gives the same ids", () -> {
            Tokenizer tokenizer = train(type);
            for (String text : TEXTS) {
                int[] ids = tokenizer.encode(text);
                Checks.that(Arrays.equals(ids, tokenizer.encode(tokenizer.decode(ids))), "they differ for %s", text);
            }
        });
        checks.promise("streamed pieces put together are the decoded text, and none breaks a character, for any ids", () -> {
            Tokenizer tokenizer = train(type);
            for (String text : TEXTS) {
                stream(tokenizer, tokenizer.encode(text));
            }
            for (int round = 0; round < 50; round++) {
                stream(tokenizer, Samples.ids(round, 1 + 13 * (round % 5), tokenizer.vocabSize()));
            }
        });
        checks.promise("ids outside the vocabulary are refused with a reason", () -> {
            Tokenizer tokenizer = train(type);
            for (int bad : new int[] {-1, tokenizer.vocabSize(), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                String name = Integer.toString(bad);
                Checks.that(problem(name, () -> tokenizer.decode(new int[] {bad})).getMessage().contains(name), "the message does not name %s", name);
                problem(name, () -> tokenizer.token(bad));
                problem(name, () -> tokenizer.streamingDecoder().next(bad));
            }
        });
    }

    private static void stream(Tokenizer tokenizer, int[] ids) {
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();
        String decoded = tokenizer.decode(ids);
        for (int id : ids) {
            String piece = decoder.next(id);
            Checks.that(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)), "a character was broken");
            text.append(piece);
            Checks.that(decoded.startsWith(text.toString()), "after %d characters a piece is not what decoding gives", text.length() - piece.length());
        }
        text.append(decoder.finish());
        Checks.that(text.toString().equals(decoded), "they differ: \"%s\" and \"%s\"", text, decoded);
    }

    private static void specials(TokenizerType type, Checks checks) {
        String sentence = "a special token in a text becomes its id, stays text, or is refused";
        Tokenizer tokenizer = train(type);
        if (tokenizer.endOfText().isEmpty()) {
            checks.skip(sentence);
            return;
        }
        checks.promise(sentence, () -> {
            int end = tokenizer.endOfText().orElseThrow();
            String text = "the" + tokenizer.token(end) + "end";
            Encoding recognized = tokenizer.encode(text, Specials.RECOGNIZED);
            boolean found = false;
            for (int i = 0; i < recognized.ids().length; i++) {
                found |= recognized.ids()[i] == end && recognized.starts()[i] == 3 && recognized.ends()[i] == text.length() - 3;
            }
            Checks.that(found, "it was not recognized");
            problem("refused", () -> tokenizer.encode(text, Specials.REFUSED));
            Checks.that(Arrays.equals(tokenizer.encode("the end", Specials.REFUSED).ids(), tokenizer.encode("the end", Specials.IGNORED).ids()),
                    "a text without special tokens is not the same when they are refused");
            Checks.that(Arrays.stream(ignored(tokenizer, text)).noneMatch(id -> id == end), "it was not ignored");
        });
    }

    /** The ids; none when the vocabulary cannot express the letters of the special token. */
    private static int[] ignored(Tokenizer tokenizer, String text) {
        try {
            return tokenizer.encode(text, Specials.IGNORED).ids();
        } catch (Problem unknownLetter) {
            return new int[0];
        }
    }

    private static void bytes(ByteLevelTokenizer tokenizer) {
        for (int round = 0; round < 50; round++) {
            int[] random = Samples.ids(round, 13 * round, 256);
            byte[] bytes = new byte[random.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) random[i];
            }
            Checks.that(Arrays.equals(bytes, tokenizer.decodeBytes(tokenizer.encodeBytes(bytes))), "%d random bytes came back changed", bytes.length);
        }
        for (String text : TEXTS) {
            Checks.that(Arrays.equals(tokenizer.encode(text, Specials.IGNORED).ids(), tokenizer.encodeBytes(text.getBytes(StandardCharsets.UTF_8))),
                    "the ids differ for %s", text);
            Checks.that(text.equals(tokenizer.decode(tokenizer.encode(text, Specials.IGNORED).ids())), "a text came back changed: %s", text);
        }
    }

    private static void history(TokenizerType type) {
        Tokenizer tokenizer = type.train(TEXT + TEXT, new TrainingSettings(0, 2), Job.silent("check"));
        List<MergeHistory.Merge> merges = ((MergeHistory) tokenizer).merges();
        Checks.that(!merges.isEmpty(), "nothing was joined");
        for (MergeHistory.Merge merge : merges) {
            Checks.that(tokenizer.token(merge.id()).equals(merge.token()), "%s does not have the id %d", merge.token(), merge.id());
            Checks.that(tokenizer.id(merge.left()).isPresent() && tokenizer.id(merge.right()).isPresent(), "a part of %s is no token", merge.token());
            Checks.that(merge.token().startsWith(merge.left()) && merge.right().endsWith(merge.token().substring(merge.left().length())),
                    "%s and %s do not make %s", merge.left(), merge.right(), merge.token());
            Checks.that(merge.count() >= 2, "%s was joined with a count of %d", merge.token(), merge.count());
        }
    }

    static Tokenizer train(TokenizerType type) {
        return type.train(TEXT, TrainingSettings.DEFAULTS, Job.silent("check"));
    }

    /** @throws AssertionError when {@code body} does not end by a {@link Problem} */
    static Problem problem(String what, Checks.Body body) throws Exception {
        try {
            body.run();
        } catch (Problem expected) {
            return expected;
        }
        throw new AssertionError(what + " was accepted");
    }
}
