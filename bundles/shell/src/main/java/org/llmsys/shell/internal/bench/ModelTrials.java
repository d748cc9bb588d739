package org.llmsys.shell.internal.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.TransformerNetwork;

/**
 * What the benchmarks of writing share: models with random weights, in the types that somebody asked for, and the same models for the peers,
 * in a folder that is gone when the trial is over.
 *
 * @param names   of the types, as typed; none for those that the benchmark measures by itself
 * @param scratch where the peers find their models; empty when no peer takes part
 */
record ModelTrials(Assemblies assemblies, WorkerPool pool, StepListener listener, List<String> names, Optional<Scratch> scratch) {

    /** Long enough for a few calls of the small model, short beside one of the large. */
    static final double TURN_SECONDS = 0.6;

    /** Who reads prompts, writes and batches too. */
    static final List<PeerProgram> PEERS = List.of(PythonPeer.of("torch", "torch-models.py", "models.py"),
            PythonPeer.of("llama-cpp-python", "models.py").called("llama.cpp"));

    private static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0);
    private static final int CHECKED_PROMPT = 16;

    /** The engine that is one whole: it takes turns with the one made of services, where it is there. */
    private static final String WHOLE = "native";
    /** How far its logits may lie from ours, as a share of the largest: that of the peers. Beside blocks it rounds the rows too. */
    private static final double NEAR = 1e-3;
    private static final double NEAR_IN_BLOCKS = 5e-2;

    /**
     * The types to measure with.
     *
     * @throws Problem for a name that is no type
     */
    List<DType> types(List<DType> usual) {
        TreeSet<String> known = TYPES.stream().map(RandomModel::name).collect(Collectors.toCollection(TreeSet::new));
        for (String name : names) {
            if (!known.contains(name)) {
                throw Problem.misused("there is no type " + name + " to measure", "there are " + String.join(", ", known),
                        Names.suggestion(name, known));
            }
        }
        return names.isEmpty() ? usual : TYPES.stream().filter(type -> names.contains(RandomModel.name(type))).toList();
    }

    /** What is done with a model: which engine, which prompts, and how many tokens after each. */
    record Work(String engine, int[][] prompts, int tokens) {
    }

    /**
     * The engine made of services and, where it is there, the native one as {@code TYPE-native}.
     *
     * @param question a peer's case, then its numbers: the folder comes between
     * @param limited  whether memory sets the limit: a token more needs all weights once
     */
    Trial trial(ModelShape shape, DType type, String what, List<Measure> measures, Work work, String question, boolean limited) {
        String name = RandomModel.name(type);
        String folderName = shape.name() + "-" + name;
        int end = question.indexOf(' ') < 0 ? question.length() : question.indexOf(' ');
        String asked = question.substring(0, end) + (type == DType.F32 ? "" : "-" + name) + " "
                + scratch.map(found -> word(found.folder(folderName))).orElse("none") + question.substring(end);
        return new Trial("engine", shape.name() + " " + name + ", " + what, measures, () -> {
            RandomModel random = RandomModel.of(shape, type);
            LoadedModel model = random.loaded();
            scratch.ifPresent(found -> give(random, model, work, found.folder(folderName)));
            WritingContestant writing = new WritingContestant(name, assemblies, work.engine(), model, work.prompts(), work.tokens(), listener,
                    () -> scratch.ifPresent(found -> found.clear(folderName)));
            List<Contestant> ours = new ArrayList<>();
            if (assemblies.current().candidates("engine").stream().anyMatch(candidate -> candidate.name().equals(WHOLE))) {
                requireNear(random, model, checked(random, work));
                ours.add(new WritingContestant(name + "-" + WHOLE, assemblies, WHOLE, model, work.prompts(), work.tokens(), listener, () -> { }));
            }
            ours.add(limited ? writing.beside(pool, random.bytesPerToken()) : writing);                     // rows come in the other order
            return ours;
        }, asked, TURN_SECONDS);
    }

    /** Before the whole engine is timed, as before a peer is. */
    private void requireNear(RandomModel random, LoadedModel model, int[] prompt) {
        float[] expected = logits(model, prompt);
        float[] found;
        try (Assemblies.Held<InferenceEngine> held = assemblies.hold(InferenceEngine.class, WHOLE);
                GenerationSession session = held.provider().open(model, prompt, GenerationOptions.greedy(1), listener)) {
            session.next();
            found = session.logits();
        }
        double largest = 0;
        double worst = 0;
        for (int v = 0; v < expected.length; v++) {
            double apart = Math.abs(expected[v] - found[v]);
            worst = Double.isNaN(apart) ? Double.POSITIVE_INFINITY : Math.max(worst, apart);
            largest = Math.max(largest, Math.abs(expected[v]));
        }
        if (worst > largest * (random.type().blocked() ? NEAR_IN_BLOCKS : NEAR)) {
            throw Problem.failed("the engine " + WHOLE + " cannot be measured",
                    "its logits differ from ours by up to " + worst + ", where the largest is " + largest,
                    "./llmsys compare-logits shows where it begins");
        }
    }

    private void give(RandomModel random, LoadedModel model, Work work, Path folder) {
        PeerModel peers = new PeerModel(assemblies, folder);
        peers.write(random);
        boolean reads = work.prompts()[0].length > 1;
        int[] prompt = checked(random, work);
        peers.expect(prompt, logits(model, prompt),
                reads ? new int[0] : written(model, Math.min(work.tokens() + 1, random.config().contextLength() - 1)));
    }

    /** The prompt whose logits are compared: the one that is read, or some ids where only writing is measured. */
    private static int[] checked(RandomModel random, Work work) {
        return work.prompts()[0].length > 1 ? work.prompts()[0]
                : ids(Math.min(CHECKED_PROMPT, random.config().contextLength()), random.config().vocabSize());
    }

    /** Ids all over the vocabulary, always the same. */
    static int[] ids(int count, int vocabulary) {
        int[] ids = new int[count];
        Arrays.setAll(ids, i -> (int) ((i + 1) * 7919L % vocabulary));
        return ids;
    }

    private float[] logits(LoadedModel model, int[] prompt) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("bench", model.model().blueprint(), listener)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "bench")) {
                    Tensor logits = network.forward(prompt, 1, null, true, pass).value();                                        // (1,1,V)
                    int from = logits.floatOffset();
                    return Arrays.copyOfRange(logits.floats(), from, from + Math.toIntExact(logits.size()));
                }
            });
        }
    }

    /** What is written after id 1. */
    private int[] written(LoadedModel model, int tokens) {
        List<Integer> ids = new ArrayList<>();
        try (Assemblies.Held<InferenceEngine> held = assemblies.hold(InferenceEngine.class, "single");
                GenerationSession session = held.provider().open(model, new int[] {1}, GenerationOptions.greedy(tokens), listener)) {
            for (GenerationSession.GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A path as one word of a question. */
    private static String word(Path path) {
        return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8);
    }
}
