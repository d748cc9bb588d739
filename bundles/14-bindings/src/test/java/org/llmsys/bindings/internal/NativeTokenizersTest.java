package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.internal.TokenizerContract;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;

/** Tokenizers with ids by the engine keep the promises of the slot, and come to Java's ids. */
class NativeTokenizersTest {

    private static final String TEXT = "The old clock's hands: 10 to 9, \"late!\" 中文 \uD83D\uDE00 éclair  don't\n\n\tend ".repeat(7);

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    @AutoClose
    private final OpenObjects open = new OpenObjects();

    @TestFactory
    Stream<DynamicTest> holdsItsContract() {
        Library.orSkip();
        return NativeTokenizers.offers(assemblies, open).stream().map(offer -> DynamicTest.dynamicTest(offer.name(), () -> {
            Checks checks = new Checks();
            new TokenizerContract().check(offer.service(), new Contract.Subject(offer.algorithm(), offer.name(), offer.numerics()), checks);
            assertEquals(List.of(), checks.report().failures());
            assertTrue(checks.report().passed() > 0, "nothing was checked");
        }));
    }

    @Test
    @DisplayName("the engine finds the ids, those of Java, for ends of texts, and for other scripts; closed, Java goes on")
    void sameIds() {
        Library.orSkip();
        for (Offer<TokenizerType> offer : NativeTokenizers.offers(assemblies, open)) {
            Tokenizer tokenizer = offer.service().train(TEXT, new TokenizerType.TrainingSettings(400, 1), Job.silent("test"));
            assertInstanceOf(NativeTokenizer.class, tokenizer, offer.name() + " stays in Java");
            Tokenizer java;
            try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, offer.algorithm())) {
                java = held.provider().read(tokenizer.toJson());
            }
            for (String text : List.of(TEXT, "", "The", "\n", "clock's", "\uD83D\uDE00", "The old clock's".repeat(207))) {
                assertArrayEquals(java.ids(text, Specials.IGNORED), tokenizer.ids(text, Specials.IGNORED), offer.name() + ": " + text);
                assertArrayEquals(java.ids(text, Specials.RECOGNIZED), tokenizer.ids(text, Specials.RECOGNIZED), offer.name() + ": " + text);
            }
            open.close();
            assertArrayEquals(java.encode(TEXT), tokenizer.encode(TEXT));
        }
    }
}
