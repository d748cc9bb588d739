package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.testkit.internal.TokenizerContract;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.tokenizer.internal.bytepair.ByteBpeType;

/** Tokenizers with one fault each must break the promise that the fault concerns. */
class TokenizerContractTest {

    @Test
    @DisplayName("the tokenizers that the faulty ones are made of keep every promise")
    void soundOnesPass() {
        assertEquals(List.of(), failures(new CharTokenizerType()));
        assertEquals(List.of(), failures(type(one -> one)));
    }

    @Test
    @DisplayName("offsets that fall back, leave out a character, or end inside one")
    void offsets() {
        broken("offsets", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                Encoding right = super.encode(text, mode);
                int[] starts = right.starts().clone();
                Arrays.fill(starts, starts.length / 2, starts.length, 0);
                return new Encoding(right.ids(), starts, right.ends());
            }
        }));
        broken("offsets", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                Encoding right = super.encode(text, mode);
                return new Encoding(right.ids(), right.starts(), right.starts());
            }
        }));
        broken("offsets", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                Encoding right = super.encode(text, mode);
                int[] ends = Arrays.stream(right.ends()).map(end -> end > 1 && Character.isLowSurrogate(text.charAt(end - 1)) ? end - 1 : end).toArray();
                return new Encoding(right.ids(), right.starts(), ends);
            }
        }));
    }

    @Test
    @DisplayName("a streaming decoder that does not wait for the rest of a character, or forgets what it held back")
    void streaming() {
        broken("streamed pieces", type(one -> new Altered(one) {
            @Override
            public StreamingDecoder streamingDecoder() {
                return id -> decode(new int[] {id});
            }
        }));
        broken("streamed pieces", type(one -> new Altered(one) {
            @Override
            public StreamingDecoder streamingDecoder() {
                return super.streamingDecoder()::next;
            }
        }));
    }

    @Test
    @DisplayName("special tokens that are found although ignored, or not refused")
    void specials() {
        broken("a special token", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                return super.encode(text, mode == Specials.IGNORED ? Specials.RECOGNIZED : mode);
            }
        }));
        broken("a special token", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                return super.encode(text, mode == Specials.REFUSED ? Specials.IGNORED : mode);
            }
        }));
    }

    @Test
    @DisplayName("an unknown id that decodes to nothing, and half a surrogate pair that becomes a question mark")
    void badInput() {
        broken("ids outside", type(one -> new Altered(one) {
            @Override
            public String decode(int[] ids) {
                return super.decode(Arrays.stream(ids).filter(id -> id >= 0 && id < vocabSize()).toArray());
            }
        }));
        broken("half a surrogate pair", type(one -> new Altered(one) {
            @Override
            public Encoding encode(String text, Specials mode) {
                return super.encode(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8), mode);
            }
        }));
    }

    @Test
    @DisplayName("a tokenizer that keeps what it encoded last in a field")
    void sharedState() {
        broken("many threads", type(one -> new Altered(one) {
            private String last = "";

            @Override
            public Encoding encode(String text, Specials mode) {
                last = last.length() > 2000 ? text : last + text.charAt(0);
                return super.encode(text + "t".repeat(last.length()), mode);
            }
        }));
    }

    @Test
    @DisplayName("a tokenizer.json that lost the merges, and a file of another form that lost the last token")
    void files() {
        broken("tokenizer.json", type(one -> new Altered(one) {
            @Override
            public String toJson() {
                return super.toJson().replaceFirst("(?s)\"merges\": \\[.*?\\n\\s*\\]", "\"merges\": []");
            }
        }));
        TokenizerType chars = new CharTokenizerType();
        broken("written as VOCAB_TXT", new Retold(chars, one -> new Altered(one) {
            @Override
            public Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
                return form == TokenizerFile.Form.VOCAB_TXT ? Optional.of(Map.of("vocab.txt", "[UNK]\na\nb\n".getBytes(StandardCharsets.UTF_8))) : Optional.empty();
            }
        }));
    }

    @Test
    @DisplayName("a training that cannot be cancelled, one that learns something else each time, and bytes that are lost")
    void training() {
        TokenizerType chars = new CharTokenizerType();
        broken("a cancelled training", new Retold(chars, one -> one) {
            @Override
            public Tokenizer train(String text, TrainingSettings settings, Job job) {
                return super.train(text, settings, Job.silent("check"));
            }
        });
        broken("it learns from a text", new Retold(chars, one -> one) {
            private int times;

            @Override
            public Tokenizer train(String text, TrainingSettings settings, Job job) {
                return super.train(text + Character.toString('0' + times++ % 10), settings, job);
            }
        });
        broken("any bytes come back", type(one -> new Altered(one) {
            @Override
            public byte[] decodeBytes(int[] ids) {
                return decode(ids).getBytes(StandardCharsets.UTF_8);
            }
        }));
    }

    private static void broken(String promise, TokenizerType type) {
        List<String> failures = failures(type);
        assertTrue(failures.stream().anyMatch(failure -> failure.startsWith(promise)), () -> promise + " was kept; broken: " + failures);
    }

    private static List<String> failures(TokenizerType type) {
        Checks checks = new Checks();
        new TokenizerContract().check(type, new Contract.Subject("test", "test", ""), checks);
        return checks.report().failures();
    }

    private static TokenizerType type(UnaryOperator<Tokenizer> change) {
        return new Retold(new ByteBpeType(), change);
    }

    /** A kind of tokenizer whose tokenizers are changed. */
    private static class Retold implements TokenizerType {

        private final TokenizerType right;
        private final UnaryOperator<Tokenizer> change;

        Retold(TokenizerType right, UnaryOperator<Tokenizer> change) {
            this.right = right;
            this.change = change;
        }

        @Override
        public Tokenizer train(String text, TrainingSettings settings, Job job) {
            return change.apply(right.train(text, settings, job));
        }

        @Override
        public boolean reads(String json) {
            return right.reads(json);
        }

        @Override
        public Tokenizer read(String json) {
            return right.read(json);
        }

        @Override
        public Optional<Tokenizer> readFile(TokenizerFile file) {
            return right.readFile(file);
        }
    }

    /** A tokenizer that does what another does. */
    private static class Altered implements ByteLevelTokenizer {

        private final Tokenizer right;

        Altered(Tokenizer right) {
            this.right = right;
        }

        @Override
        public String type() {
            return right.type();
        }

        @Override
        public int vocabSize() {
            return right.vocabSize();
        }

        @Override
        public Encoding encode(String text, Specials mode) {
            return right.encode(text, mode);
        }

        @Override
        public String decode(int[] ids) {
            return right.decode(ids);
        }

        @Override
        public StreamingDecoder streamingDecoder() {
            return right.streamingDecoder();
        }

        @Override
        public String token(int id) {
            return right.token(id);
        }

        @Override
        public Optional<Integer> id(String token) {
            return right.id(token);
        }

        @Override
        public Optional<Integer> endOfText() {
            return right.endOfText();
        }

        @Override
        public String toJson() {
            return right.toJson();
        }

        @Override
        public Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
            return right.files(form);
        }

        @Override
        public int[] encodeBytes(byte[] bytes) {
            return ((ByteLevelTokenizer) right).encodeBytes(bytes);
        }

        @Override
        public byte[] decodeBytes(int[] ids) {
            return ((ByteLevelTokenizer) right).decodeBytes(ids);
        }
    }
}
