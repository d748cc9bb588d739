package org.llmsys.bindings.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.attention.AttentionKernel;
import org.llmsys.bindings.NativeImplementation;
import org.llmsys.embedding.EmbeddingLookup;
import org.llmsys.layers.Activation;
import org.llmsys.layers.Loss;
import org.llmsys.layers.Softmax;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.normalization.Normalization;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.training.Optimizer;

/**
 * Which providers the native registry gives Java.
 *
 * <pre>
 *   slot of one algorithm       native          the engine's first choice *        native-NAME                 each other one
 *   slot of several             ALGORITHM-native                                   ALGORITHM-native-NAME
 *   *                           among those with the bits of Java's kernels, where there are any: the bridge hands over F32 only
 *   ranking                     40 for a first choice that is more than the engine's reference, below vector's 50; else -10, for whoever asks by name
 *   numerics                    Java's where both promise the same bits; else the engine's with native- before it
 * </pre>
 */
final class Offers {

    private static final int FAST = 40;
    static final int ON_REQUEST = -10;

    private static final Set<String> ONE_ALGORITHM = Set.of("matmul", "attention", "elementwise", "embedding");
    /** Classes that say the same of Java's providers and of the engine's. */
    private static final Map<String, String> SHARED_NUMERICS = Map.of("matmul", MatmulKernel.FMA_K_ASCENDING, "embedding", "copy, add n-ascending");
    /** The engine's name for an algorithm, where Java has another. */
    private static final Map<String, String> JAVA_NAMES = Map.of("mse", "mean-squared-error");

    private Offers() {
    }

    /** In the registry's order; those of slots or algorithms that Java does not have, or this processor cannot run, are left out. */
    static List<Offer<?>> of(List<NativeImplementation> registry) {
        Map<String, List<NativeImplementation>> byAlgorithm = new LinkedHashMap<>();
        registry.stream().filter(NativeImplementation::usable)
                .forEach(each -> byAlgorithm.computeIfAbsent(each.slot() + " " + each.algorithm(), key -> new ArrayList<>()).add(each));
        List<Offer<?>> offers = new ArrayList<>();
        for (List<NativeImplementation> all : byAlgorithm.values()) {
            NativeImplementation first = all.stream()
                    .max(Comparator.comparing(Offers::sharesNumerics).thenComparing(NativeImplementation::ranking)).orElseThrow();
            for (NativeImplementation each : all) {
                Offer<?> offer = offer(each, each == first);
                if (offer != null) {
                    offers.add(offer);
                }
            }
        }
        return offers;
    }

    /** Whether it promises the very bits of Java's kernels: of those the fastest is the first choice. */
    private static boolean sharesNumerics(NativeImplementation of) {
        return !of.numerics().isEmpty() && of.numerics().equals(SHARED_NUMERICS.get(of.slot()));
    }

    private static Offer<?> offer(NativeImplementation of, boolean first) {
        String what = JAVA_NAMES.getOrDefault(of.algorithm(), of.algorithm());
        CText algorithm = CText.of(of.algorithm());
        CText name = CText.of(of.name());
        NativeKernel kernel = new NativeKernel(what, algorithm, name);
        return switch (of.slot()) {
            case "matmul" -> offer(MatmulKernel.class, new NativeMatmul(name), of, what, first);
            case "attention" -> offer(AttentionKernel.class, new NativeAttention(name), of, what, first);
            case "elementwise" -> offer(ElementwiseKernel.class, new NativeElementwise(name), of, what, first);
            case "embedding" -> offer(EmbeddingLookup.class, new NativeEmbedding(name), of, what, first);
            case "activation" -> offer(Activation.class, new NativeActivation(kernel), of, what, first);
            case "softmax" -> offer(Softmax.class, new NativeSoftmax(kernel), of, what, first);
            case "normalization" -> Set.of("layernorm", "rmsnorm").contains(what)
                    ? offer(Normalization.class, new NativeNormalization(kernel), of, what, first) : null;
            case "loss" -> Set.of("cross-entropy", "mean-squared-error").contains(what)
                    ? offer(Loss.class, new NativeLoss(kernel), of, what, first) : null;
            case "optimizer" -> Set.of("adamw", "sgd").contains(what)
                    ? offer(Optimizer.class, new NativeOptimizer(kernel), of, what, first) : null;
            case "position" -> switch (what) {
                case "rope" -> offer(PositionalEncoding.class, new NativeRotation(name), of, what, first);
                case "sinusoidal" -> offer(PositionalEncoding.class, new NativeSinusoid(name), of, what, first);
                default -> null;
            };
            case "sampler" -> offer(Sampler.class, new NativeSampler(what, algorithm, name), of, what, first);
            case "filter" -> NativeFilter.SETTINGS.containsKey(what)
                    ? offer(LogitsFilterFactory.class, new NativeFilter(what, algorithm, name), of, what, first) : null;
            default -> null;
        };
    }

    private static <S> Offer<S> offer(Class<S> type, S service, NativeImplementation of, String algorithm, boolean first) {
        String numerics = of.numerics().isEmpty() || sharesNumerics(of) ? of.numerics() : "native-" + of.numerics();
        String summary = of.summary() + (of.summary().isEmpty() ? "" : ", ") + "in C++";
        return new Offer<>(type, service, of.slot(), algorithm, name(of, algorithm, first), numerics, summary, of.reference(),
                first && of.ranking() > 0 ? FAST : ON_REQUEST);
    }

    private static String name(NativeImplementation of, String algorithm, boolean first) {
        String stem = ONE_ALGORITHM.contains(of.slot()) ? "native" : algorithm + "-native";
        if (first) {
            return stem;
        }
        String own = of.name().equals(of.algorithm()) ? "reference"
                : of.name().startsWith(of.algorithm() + "-") ? of.name().substring(of.algorithm().length() + 1) : of.name();
        return stem + "-" + own;
    }
}
