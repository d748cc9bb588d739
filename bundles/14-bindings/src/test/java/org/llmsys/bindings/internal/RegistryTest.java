package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.bindings.NativeImplementation;

/** The engine's own list and the services of Java are one list. */
class RegistryTest {

    @Test
    @DisplayName("every implementation that runs here is one service of its slot and algorithm, and no service has none behind it")
    void sameList() {
        List<NativeImplementation> registry = Library.orSkip().implementations();
        Map<String, Integer> expected = new HashMap<>();
        registry.stream().filter(NativeImplementation::usable)
                .forEach(each -> expected.merge(each.slot() + " " + (each.algorithm().equals("mse") ? "mean-squared-error" : each.algorithm()),
                        1, Integer::sum));
        Map<String, Integer> offered = new HashMap<>();
        Offers.of(registry).forEach(offer -> offered.merge(offer.slot() + " " + offer.algorithm(), 1, Integer::sum));
        assertEquals(expected, offered);
    }

    @Test
    @DisplayName("the slots are those a model needs to write and to learn")
    void slots() {
        TreeSet<String> slots = Offers.of(Library.orSkip().implementations()).stream().map(Offer::slot)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(slots.containsAll(List.of("matmul", "attention", "elementwise", "embedding", "activation", "softmax", "normalization", "loss",
                "optimizer", "position", "sampler", "filter")), slots.toString());
    }
}
