package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.osgi.service.component.annotations.Component;

/**
 * Every kind of tokenizer: what it learned from a text it can express; ids lie in the vocabulary, offsets in the text; decoding again
 * and streaming agree; the same text teaches the same vocabulary; its file says all there is to know.
 */
@Component(service = Contract.class)
public final class TokenizerContract implements Contract<TokenizerType> {

    private static final String TEXT = "The old clock stood in the hall.\nIt was late, and the clock was slow: \"Late again!\" said Tom \u00E9\u4E2D\uD83D\uDE00 the end.\n";

    @Override
    public Class<TokenizerType> service() {
        return TokenizerType.class;
    }

    @Override
    public void check(TokenizerType type, Subject subject, Checks checks) {
        checks.promise("it learns from a text, and the same from the same text", () ->
                Checks.that(train(type).toJson().equals(train(type).toJson()), "the second differs"));
        checks.promise("ids lie in the vocabulary and name tokens that have these ids", () -> {
            Tokenizer tokenizer = train(type);
            for (int id : tokenizer.encode(TEXT)) {
                Checks.that(id >= 0 && id < tokenizer.vocabSize(), "id %d of %d", id, tokenizer.vocabSize());
                Checks.that(tokenizer.id(tokenizer.token(id)).orElse(-1) == id, "token %s does not have the id %d", tokenizer.token(id), id);
            }
        });
        checks.promise("offsets rise and lie in the text", () -> {
            Encoding encoding = train(type).encode(TEXT, Specials.RECOGNIZED);
            int from = 0;
            for (int i = 0; i < encoding.ids().length; i++) {
                Checks.that(encoding.starts()[i] >= from && encoding.ends()[i] >= encoding.starts()[i] && encoding.ends()[i] <= TEXT.length(),
                        "token %d is at %d to %d", i, encoding.starts()[i], encoding.ends()[i]);
                from = encoding.starts()[i];
            }
        });
        checks.promise("decoding and encoding again gives the same ids", () -> {
            Tokenizer tokenizer = train(type);
            int[] ids = tokenizer.encode(TEXT);
            Checks.that(Arrays.equals(ids, tokenizer.encode(tokenizer.decode(ids))), "they differ");
        });
        checks.promise("streamed pieces put together are the decoded text, and none breaks a character", () -> {
            Tokenizer tokenizer = train(type);
            int[] ids = tokenizer.encode(TEXT);
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                String piece = decoder.next(id);
                Checks.that(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)), "a character was broken");
                text.append(piece);
            }
            Checks.that(text.toString().equals(tokenizer.decode(ids)), "they differ");
        });
        checks.promise("tokenizer.json is recognized and gives the same ids", () -> {
            Tokenizer tokenizer = train(type);
            Checks.that(type.reads(tokenizer.toJson()), "it does not recognize its own file");
            Checks.that(Arrays.equals(tokenizer.encode(TEXT), type.read(tokenizer.toJson()).encode(TEXT)), "the ids differ");
        });
        checks.promise("broken files are refused", () -> {
            for (String bad : List.of("", "{", "{}", "[]", "null", "{\"model\":{\"type\":\"NoSuchModel\"}}")) {
                Checks.that(!type.reads(bad), "it claims to read %s", bad);
                Checks.refused(bad, () -> type.read(bad));
            }
        });
        checks.promise("an empty text encodes to nothing", () -> Checks.that(train(type).encode("", Specials.IGNORED).ids().length == 0, "it gave ids"));
        checks.promise("ids outside the vocabulary are refused with a reason", () -> {
            Tokenizer tokenizer = train(type);
            for (int bad : new int[] {-1, tokenizer.vocabSize(), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                try {
                    tokenizer.decode(new int[] {bad});
                    Checks.that(false, "%d was decoded", bad);
                } catch (Problem expected) {
                    Checks.that(expected.getMessage().contains(Integer.toString(bad)), "the message does not name %d", bad);
                }
            }
        });
        checks.promise("many threads may encode at once", () -> {
            Tokenizer tokenizer = train(type);
            Checks.sameOnManyThreads(() -> Arrays.hashCode(tokenizer.encode(TEXT)));
        });
    }

    private static Tokenizer train(TokenizerType type) {
        return type.train(TEXT, TrainingSettings.DEFAULTS, Job.silent("check"));
    }
}
