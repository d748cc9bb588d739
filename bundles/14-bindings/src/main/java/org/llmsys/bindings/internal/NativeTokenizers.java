package org.llmsys.bindings.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Offers the kinds of tokenizer whose ids the engine finds, when there is a library: {@code byte-bpe-native} and its like, in slot tokenizer. */
@Component(service = {}, immediate = true)
public final class NativeTokenizers {

    /** By Java's names, which are the engine's. */
    static final List<String> KINDS = List.of("byte-bpe", "sentencepiece-bpe", "char", "whitespace");

    private final OpenObjects open = new OpenObjects();
    private final List<ServiceRegistration<TokenizerType>> registrations = new ArrayList<>();

    @Activate
    public NativeTokenizers(BundleContext context, @Reference NativeLibrary library, @Reference Assemblies assemblies) {
        if (library.loaded()) {
            offers(assemblies, open).forEach(offer -> registrations.add(context.registerService(TokenizerType.class, offer.service(),
                    offer.properties())));
        }
    }

    /** A provider of each kind. */
    static List<Offer<TokenizerType>> offers(Assemblies assemblies, OpenObjects open) {
        return KINDS.stream().map(kind -> new Offer<TokenizerType>(TokenizerType.class, new NativeTokenizerType(kind, assemblies, open), "tokenizer",
                kind, kind + "-native", "", kind + " with ids found in C++", "", Offers.ON_REQUEST)).toList();
    }

    @Deactivate
    void deactivate() {
        for (ServiceRegistration<TokenizerType> each : registrations.reversed()) {
            try {
                each.unregister();
            } catch (IllegalStateException gone) {
                // the framework took it back already
            }
        }
        open.close();                                                  // tokenizers that models hold go on in Java
    }
}
