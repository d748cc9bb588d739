package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.internal.ActivationContract;
import org.llmsys.testkit.internal.AttentionContract;
import org.llmsys.testkit.internal.ElementwiseContract;
import org.llmsys.testkit.internal.EmbeddingContract;
import org.llmsys.testkit.internal.LogitsFilterContract;
import org.llmsys.testkit.internal.LossContract;
import org.llmsys.testkit.internal.MatmulContract;
import org.llmsys.testkit.internal.NormalizationContract;
import org.llmsys.testkit.internal.OptimizerContract;
import org.llmsys.testkit.internal.PositionContract;
import org.llmsys.testkit.internal.SamplerContract;
import org.llmsys.testkit.internal.SoftmaxContract;

/**
 * Every native implementation that this processor can run keeps the promises of its slot, as the providers in Java do; with one thread and with
 * several.
 */
class NativeContractsTest {

    private static final List<Contract<?>> CONTRACTS = List.of(new ActivationContract(), new AttentionContract(), new ElementwiseContract(),
            new EmbeddingContract(), new LogitsFilterContract(), new LossContract(), new MatmulContract(), new NormalizationContract(),
            new OptimizerContract(), new PositionContract(), new SamplerContract(), new SoftmaxContract());

    @TestFactory
    Stream<DynamicTest> holdsItsContract() {
        LoadedLibrary library = Library.orSkip();
        return Stream.of(1, 3).flatMap(threads -> Offers.of(library.implementations()).stream().flatMap(offer -> CONTRACTS.stream()
                .filter(contract -> contract.service() == offer.type())
                .map(contract -> DynamicTest.dynamicTest(offer.slot() + " " + offer.name() + ", threads " + threads, () -> {
                    library.threads(threads);
                    Checks.Report report = check(contract, offer);
                    assertEquals(List.of(), report.failures());
                    assertTrue(report.passed() > 0, "nothing was checked");
                }))));
    }

    private static <T> Checks.Report check(Contract<T> contract, Offer<?> offer) {
        Checks checks = new Checks();
        contract.check(contract.service().cast(offer.service()), new Contract.Subject(offer.algorithm(), offer.name(), offer.numerics()), checks);
        return checks.report();
    }

    @Test
    @DisplayName("each slot that the engine fills has its provider, each name stands once, and nothing outranks the vector providers")
    void names() {
        List<Offer<?>> offers = Offers.of(Library.orSkip().implementations());
        Set<String> names = new HashSet<>();
        for (Offer<?> offer : offers) {
            assertTrue(names.add(offer.slot() + " " + offer.name()), offer + " has a name that is taken");
            assertTrue(offer.ranking() < 50, offer + " outranks the vector providers");
        }
        assertEquals(MatmulKernel.FMA_K_ASCENDING, offers.stream().filter(offer -> offer.slot().equals("matmul")
                && offer.name().equals("native")).findFirst()
                .orElseThrow().numerics());
        assertTrue(names.containsAll(Set.of("matmul native", "attention native", "elementwise native", "embedding native", "activation gelu-native",
                "activation silu-native", "softmax softmax-native", "softmax log-softmax-native", "normalization layernorm-native",
                "normalization rmsnorm-native", "loss cross-entropy-native", "loss mean-squared-error-native", "optimizer adamw-native",
                        "optimizer sgd-native",
                "position rope-native", "position sinusoidal-native", "sampler greedy-native", "sampler categorical-native",
                        "filter temperature-native",
                "filter top-k-native", "filter top-p-native")), "there are only " + names);
    }
}
