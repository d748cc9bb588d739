package org.llmsys.integration.inside;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.osgi.framework.BundleContext;

/**
 * Chooses, line by line ({@code use SLOT NAME} or {@code experiment SLOT NAME}), and tells what is in effect then: {@code selections},
 * {@code experiments}, {@code matmul} (who serves it).
 */
public final class Selecting implements BiFunction<BundleContext, List<String>, Map<String, String>> {

    @Override
    public Map<String, String> apply(BundleContext context, List<String> lines) {
        House house = new House(context);
        Assemblies assemblies = house.service(Assemblies.class);
        House.await(() -> house.unsatisfied().isEmpty(), () -> String.join("\n", house.unsatisfied()));
        for (String line : lines) {
            String[] words = line.split(" ");
            if (words[0].equals("use")) {
                assemblies.use(words[1], words[2]);
            } else {
                assemblies.experiment(words[1], words[2]);
            }
        }
        Assembly now = assemblies.current();
        return Map.of("selections", now.selections().toString(), "experiments", now.experiments().toString(),
                "matmul", now.serving("matmul", "matmul").orElseThrow().name());
    }
}
