package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

class GenerationTest {

    private static final int CONTEXT = 24;

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = TinyModels.characters(assemblies, CONTEXT);

    /** What a session wrote. */
    private record Written(List<Integer> ids, String text, String stopReason) {
    }

    private Written write(LoadedModel model, int[] prompt, GenerationOptions options) {
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, prompt, options, StepListener.NONE)) {
            List<Integer> ids = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
                text.append(token.text());
            }
            return new Written(ids, text.toString(), session.stopReason());
        }
    }

    private Written write(String prompt, GenerationOptions options) {
        return write(model, model.tokenizer().encode(prompt), options);
    }

    private static GenerationOptions drawn(int maxTokens, long seed, List<String> stops) {
        return new GenerationOptions(maxTokens, "categorical", List.of(), seed, stops);
    }

    /** argmax of the last row of one pass over all ids, without a cache. */
    private int likeliest(LoadedModel model, int[] ids) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, allocator, "test")) {
                    float[] logits = network.forward(ids, 1, null, true, pass).value().copy().floats();
                    int best = 0;
                    for (int id = 1; id < logits.length; id++) {
                        best = logits[id] > logits[best] ? id : best;
                    }
                    return best;
                }
            });
        }
    }

    @Test
    @DisplayName("greedy tokens are those of a pass over the whole sequence without a cache, each time")
    void greedyEqualsNoCache() {
        int[] ids = model.tokenizer().encode("the cat");
        Written written = write(model, ids, GenerationOptions.greedy(12));
        for (int id : written.ids()) {
            assertEquals(likeliest(model, ids), id);
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = id;
        }
        assertEquals(12, written.ids().size());
        assertEquals("length", written.stopReason());
        assertEquals(model.tokenizer().decode(written.ids().stream().mapToInt(Integer::intValue).toArray()), written.text());
    }

    @Test
    @DisplayName("a prompt longer than one chunk is read in several steps with the same result")
    void longPrompt() {
        LoadedModel wide = new LoadedModel("wide", TinyModels.model(28, 700), null);
        int[] prompt = new int[600];
        Arrays.setAll(prompt, i -> (i * i + 7 * i) % 28);
        assertEquals(List.of(likeliest(wide, prompt)), write(wide, prompt, GenerationOptions.greedy(1)).ids());
    }

    @Test
    @DisplayName("same seed, same tokens; another seed, others")
    void seeds() {
        Written first = write("a", drawn(20, 7, List.of()));
        assertEquals(first, write("a", drawn(20, 7, List.of())));
        assertNotEquals(first.ids(), write("a", drawn(20, 8, List.of())).ids());
    }

    @Test
    @DisplayName("0 tokens: nothing is written and the reason is length")
    void zeroTokens() {
        assertEquals(new Written(List.of(), "", "length"), write("abc", GenerationOptions.greedy(0)));
    }

    @Test
    @DisplayName("the text ends before a stop text, and nothing of it is shown")
    void stopText() {
        String whole = write("abc", drawn(20, 2, List.of())).text();
        String stop = whole.substring(5, 8);
        Written written = write("abc", drawn(20, 2, List.of(stop)));
        assertEquals("stop", written.stopReason());
        assertEquals(whole.substring(0, whole.indexOf(stop)), written.text());
    }

    @Test
    @DisplayName("text held back as a possible stop text is shown when the tokens run out")
    void heldBackTextIsShown() {
        String whole = write("abc", drawn(6, 2, List.of())).text();
        assertEquals(whole, write("abc", drawn(6, 2, List.of(whole.substring(4) + "zzz"))).text());
    }

    @Test
    @DisplayName("the token that ends a text ends the sequence and is not written")
    void endOfText() {
        Written whole = write("abc", drawn(10, 2, List.of()));
        int end = whole.ids().get(4);
        Tokenizer ending = (Tokenizer) Proxy.newProxyInstance(Tokenizer.class.getClassLoader(), new Class<?>[] {Tokenizer.class},
                (proxy, method, arguments) -> method.getName().equals("endOfText") ? Optional.of(end) : method.invoke(model.tokenizer(), arguments));
        Written written = write(new LoadedModel("ending", model.model(), ending), model.tokenizer().encode("abc"), drawn(10, 2, List.of()));
        assertEquals("end", written.stopReason());
        assertEquals(whole.ids().subList(0, whole.ids().indexOf(end)), written.ids());
    }

    @Test
    @DisplayName("so does any of those that the model's files name")
    void endOfTextByTheFiles() {
        Written whole = write("abc", drawn(10, 2, List.of()));
        int end = whole.ids().get(4);
        LoadedModel ending = new LoadedModel("ending", model.model(), model.tokenizer(), null, Set.of(end, 1000));
        Written written = write(ending, model.tokenizer().encode("abc"), drawn(10, 2, List.of()));
        assertEquals("end", written.stopReason());
        assertEquals(whole.ids().subList(0, whole.ids().indexOf(end)), written.ids());
    }

    @Test
    @DisplayName("a full context ends the sequence: prompt and tokens reach one beyond it, because the last one need not be read")
    void fullContext() {
        Written written = write("abcd", GenerationOptions.greedy(100));
        assertEquals("context", written.stopReason());
        assertEquals(CONTEXT + 1 - 4, written.ids().size());
    }

    @Test
    @DisplayName("sliding goes on with the last half of the context, and each token is the one that half gives")
    void slides() {
        int[] prompt = model.tokenizer().encode("abcd");
        Written written = write(model, prompt, GenerationOptions.greedy(60).sliding());
        assertEquals("length", written.stopReason());
        assertEquals(60, written.ids().size());
        int[] all = new int[64];
        System.arraycopy(prompt, 0, all, 0, 4);
        for (int i = 0; i < 60; i++) {
            all[4 + i] = written.ids().get(i);
        }
        // The first 25 ids fill the context and name one more; then ids 13 to 24, the last 12, are what is left, and so on.
        assertEquals(all[25], likeliest(model, Arrays.copyOfRange(all, 13, 25)));
        assertEquals(all[26], likeliest(model, Arrays.copyOfRange(all, 13, 26)));
        assertEquals(written.ids().subList(0, 21), write("abcd", GenerationOptions.greedy(100)).ids());
    }

    @Test
    @DisplayName("cancel ends the sequence before its next token")
    void cancel() {
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, new int[] {1}, GenerationOptions.greedy(10), StepListener.NONE)) {
            session.next();
            session.cancel();
            assertNull(session.next());
            assertEquals("cancelled", session.stopReason());
        }
    }

    @Test
    @DisplayName("cancel also ends a sequence that waits for a provider: nothing serves the sampler, it pauses, then it is cancelled")
    void cancelWhilePaused() throws InterruptedException {
        CountDownLatch paused = new CountDownLatch(1);
        StepListener listener = new StepListener() {
            @Override
            public void paused(String slot, String algorithm) {
                paused.countDown();
            }
        };
        Assemblies lacking = ClassPathWorkbench.openWithout("sampler", WorkerPool.SERIAL).assemblies();
        try (GenerationSession session = new AutoregressiveEngine(lacking).open(model, new int[] {1}, GenerationOptions.greedy(10), listener)) {
            List<Optional<GeneratedToken>> written = new ArrayList<>();
            Thread writer = Thread.ofPlatform().start(() -> written.add(Optional.ofNullable(session.next())));
            assertTrue(paused.await(20, TimeUnit.SECONDS), "it pauses");
            session.cancel();
            writer.join(20_000);
            assertEquals(List.of(Optional.empty()), written);
            assertEquals("cancelled", session.stopReason());
        }
    }

    @Test
    @DisplayName("ids that the tokenizer has no text for are never picked, however likely")
    void unnamedIds() {
        int named = model.tokenizer().vocabSize();
        TransformerModel wider = TinyModels.model(named + 300, CONTEXT);
        Written written = write(new LoadedModel("wider", wider, model.tokenizer()), new int[] {1}, drawn(20, 4, List.of()));
        assertTrue(written.ids().stream().allMatch(id -> id < named));
        assertEquals(20, written.ids().size());
    }

    @Test
    @DisplayName("close gives every byte back to the allocator, also after a failed opening")
    void givesMemoryBack() {
        write("abc", GenerationOptions.greedy(5));
        assertThrows(Problem.class, () -> write("abc", new GenerationOptions(5, "gredy", List.of(), 0, List.of())));
        assertTrue(allocator.usage().stream().anyMatch(usage -> usage.owner().equals("kv-cache") && usage.peakBytes() > 0));
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    @Test
    @DisplayName("filters run in order with their options: top-k of 1 makes any seed greedy")
    void filters() {
        GenerationOptions one = new GenerationOptions(8, "categorical", List.of(new FilterChoice("top-k", Map.of("k", 1.0))), 5, List.of());
        assertEquals(write("abc", GenerationOptions.greedy(8)).ids(), write("abc", one).ids());
    }

    @Test
    @DisplayName("mistyped names, options out of range and prompts that do not fit are problems with a way out")
    void problems() {
        assertTrue(problem("abc", new GenerationOptions(5, "gredy", List.of(), 0, List.of())).fix().contains("greedy"));
        assertTrue(problem("abc", new GenerationOptions(5, null, List.of(new FilterChoice("topk", Map.of())), 0, List.of())).fix().contains("top-k"));
        assertTrue(problem("abc", new GenerationOptions(5, null, List.of(new FilterChoice("top-p", Map.of("p", 2.0))), 0, List.of())).getMessage().contains("2.0"));
        assertTrue(problem("a".repeat(CONTEXT), GenerationOptions.greedy(1)).why().contains("24"));
        assertTrue(problem("", GenerationOptions.greedy(1)).getMessage().contains("no tokens"));
        assertThrows(Problem.class, () -> write(model, new int[] {model.tokenizer().vocabSize()}, GenerationOptions.greedy(1)));
        assertThrows(Problem.class, () -> GenerationOptions.greedy(-1));
        assertThrows(Problem.class, () -> drawn(1, 1, List.of("")));
    }

    private Problem problem(String prompt, GenerationOptions options) {
        return assertThrows(Problem.class, () -> write(prompt, options));
    }
}
