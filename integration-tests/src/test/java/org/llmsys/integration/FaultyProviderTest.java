package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Provider;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.TinyWork;
import org.llmsys.integration.providers.BackwardThrowingGelu;
import org.llmsys.integration.providers.NanLayerNorm;
import org.llmsys.integration.providers.NanMatmul;
import org.llmsys.integration.providers.ThrowingMatmul;
import org.llmsys.integration.providers.UnstartableMatmul;
import org.llmsys.integration.providers.WrongShapeFeedForward;
import org.llmsys.integration.providers.WrongShapeMatmul;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** A provider that fails is found out, put aside with the reason, and nobody's result shows that it was there. */
class FaultyProviderTest {

    private static final Map<String, String> WRITE = Map.of("work", "write");
    private static final Map<String, String> TRAIN = Map.of("work", "train");

    @TempDir
    static Path folder;
    private static EmbeddedWorkbench workbench;
    private static Object calmTokens;
    private static Object calmLosses;

    @BeforeAll
    static void start() {
        workbench = EmbeddedWorkbench.start(folder);
        calmTokens = workbench.inside(TinyWork.class, WRITE).get("result");
        calmLosses = workbench.inside(TinyWork.class, TRAIN).get("result");
    }

    @AfterAll
    static void stop() {
        workbench.close();
    }

    @ParameterizedTest
    @ValueSource(classes = {ThrowingMatmul.class, NanMatmul.class, WrongShapeMatmul.class, UnstartableMatmul.class, NanLayerNorm.class,
        WrongShapeFeedForward.class})
    @DisplayName("while writing: the step is repeated without the faulty provider, it alone is quarantined, the tokens are those of a calm run")
    void containedInGeneration(Class<?> faulty) throws BundleException {
        contained(faulty, WRITE, calmTokens);
    }

    @ParameterizedTest
    @ValueSource(classes = {ThrowingMatmul.class, NanMatmul.class, WrongShapeMatmul.class, UnstartableMatmul.class, NanLayerNorm.class,
        WrongShapeFeedForward.class, BackwardThrowingGelu.class})
    @DisplayName("while training: the same, and losses and weights keep their bits")
    void containedInTraining(Class<?> faulty) throws BundleException {
        contained(faulty, TRAIN, calmLosses);
    }

    private static void contained(Class<?> faulty, Map<String, String> work, Object calm) throws BundleException {
        Bundle bundle = workbench.installComponents(faulty);
        try {
            Map<String, Object> outcome = workbench.inside(TinyWork.class, work);
            assertEquals("", outcome.get("failure"));
            assertEquals(calm, outcome.get("result"));
            List<?> quarantine = (List<?>) outcome.get("quarantine");
            assertEquals(1, quarantine.size(), () -> "in quarantine: " + quarantine + ", events: " + outcome.get("events"));
            String entry = quarantine.getFirst().toString();
            assertTrue(entry.startsWith(name(faulty) + ": "), entry);
            assertNotEquals(name(faulty) + ": ", entry, "the reason is missing");
        } finally {
            bundle.uninstall();
        }
    }

    private static String name(Class<?> faulty) {
        Provider provider = faulty.getAnnotation(Provider.class);
        return provider.slot() + ":" + provider.name();
    }

    @Test
    @DisplayName("a NaN in the weights is the model's fault: the job stops and says where, no provider is quarantined")
    void nanInTheWeights() {
        Map<String, Object> outcome = workbench.inside(TinyWork.class, Map.of("work", "write", "spoil", "h.1.mlp.c_fc.weight"));
        assertTrue(outcome.get("failure").toString().contains("h.1.mlp.c_fc.weight"), outcome.toString());
        assertEquals(List.of(), outcome.get("quarantine"));
    }

    @Test
    @DisplayName("a sole provider is not quarantined: the step fails and names it")
    void soleProvider() throws BundleException {
        workbench.stop("org.llmsys.bindings");
        workbench.stop("org.llmsys.vector");
        workbench.stop("org.llmsys.normalization");
        Bundle bundle = workbench.installComponents(NanLayerNorm.class);
        try {
            Map<String, Object> outcome = workbench.inside(TinyWork.class, WRITE);
            assertTrue(outcome.get("failure").toString().contains("normalization:nan"), outcome.toString());
            assertEquals(List.of(), outcome.get("quarantine"));
        } finally {
            bundle.uninstall();
            workbench.start("org.llmsys.normalization");
            workbench.start("org.llmsys.vector");
            workbench.start("org.llmsys.bindings");
        }
        assertEquals(calmTokens, workbench.inside(TinyWork.class, WRITE).get("result"), "everything is as before");
    }
}
