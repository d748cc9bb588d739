package org.llmsys.bindings.internal;

import java.util.Optional;
import java.util.function.Function;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;

/** One kind of tokenizer with ids by the engine. Java's provider of the kind learns vocabularies and reads files. */
final class NativeTokenizerType implements TokenizerType {

    private final String kind;
    private final Assemblies assemblies;
    private final OpenObjects open;

    /** @param kind the algorithm, and the name of Java's own provider */
    NativeTokenizerType(String kind, Assemblies assemblies, OpenObjects open) {
        this.kind = kind;
        this.assemblies = assemblies;
        this.open = open;
    }

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        return inEngine(byJava(type -> type.train(text, settings, job)));
    }

    @Override
    public boolean reads(String json) {
        return byJava(type -> type.reads(json));
    }

    @Override
    public Tokenizer read(String json) {
        return inEngine(byJava(type -> type.read(json)));
    }

    @Override
    public Optional<Tokenizer> readFile(TokenizerFile file) {
        return byJava(type -> type.readFile(file)).map(this::inEngine);
    }

    /** A vocabulary that the engine does not read whole stays with Java: the ids are the same. */
    private Tokenizer inEngine(Tokenizer java) {
        try {
            return NativeTokenizer.of(java, open);
        } catch (Problem notThere) {
            return java;
        }
    }

    private <R> R byJava(Function<TokenizerType, R> work) {
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, kind)) {
            return work.apply(held.provider());
        }
    }
}
