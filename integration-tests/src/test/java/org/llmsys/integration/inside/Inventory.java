package org.llmsys.integration.inside;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** What the running house consists of. Gives {@code bundles} (name=state), {@code unsatisfied},
 * {@code silent} (components that fill a slot and offer no service), {@code services}, {@code listed} and {@code slots}. */
public final class Inventory implements BiFunction<BundleContext, String, Map<String, List<String>>> {

    @Override
    public Map<String, List<String>> apply(BundleContext context, String unused) {
        House house = new House(context);
        Assembly assembly = house.service(Assemblies.class).current();
        House.await(() -> house.unsatisfied().isEmpty(), () -> String.join("\n", house.unsatisfied()));
        Map<String, List<String>> found = new LinkedHashMap<>();
        found.put("bundles", bundles(context));
        found.put("unsatisfied", house.unsatisfied());
        found.put("silent", house.components().getComponentDescriptionDTOs().stream()
                .filter(component -> component.properties.containsKey("llmsys.slot") && component.serviceInterfaces.length == 0)
                .map(component -> component.name).sorted().toList());
        found.put("services", offered(context));
        found.put("listed", assembly.slots().stream().flatMap(slot -> assembly.candidates(slot).stream())
                .map(candidate -> candidate.slot() + ":" + candidate.algorithm() + ":" + candidate.name()).sorted().toList());
        found.put("slots", assembly.slots().stream().sorted().toList());
        return found;
    }

    private static List<String> bundles(BundleContext context) {
        Map<String, String> states = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            states.put(bundle.getSymbolicName(), switch (bundle.getState()) {
                case Bundle.ACTIVE -> "ACTIVE";
                case Bundle.INSTALLED -> "INSTALLED";
                case Bundle.RESOLVED -> "RESOLVED";
                default -> "state " + bundle.getState();
            });
        }
        return states.entrySet().stream().map(state -> state.getKey() + "=" + state.getValue()).toList();
    }

    /** What services say of themselves, asked of the framework and not of room 00. */
    private static List<String> offered(BundleContext context) {
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(null, "(llmsys.slot=*)");
            return Stream.of(references == null ? new ServiceReference<?>[0] : references)
                    .map(reference -> reference.getProperty("llmsys.slot") + ":" + reference.getProperty("llmsys.algorithm") + ":"
                            + reference.getProperty("llmsys.name")).sorted().toList();
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
