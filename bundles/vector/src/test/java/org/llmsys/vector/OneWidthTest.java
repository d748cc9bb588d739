package org.llmsys.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Where registers of one element type and two widths meet in a JVM, the type profiles inside the Vector API hold both, and in one run of five some
 * loop kept its sums as objects: a third of the speed, until the program ended.
 */
class OneWidthTest {

    private static final Path CLASSES = Path.of("target/classes");

    @Test
    @DisplayName("each element type has one width in the whole bundle")
    void oneWidth() throws Exception {
        TreeMap<String, TreeSet<String>> widths = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(CLASSES)) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            String name = CLASSES.relativize(file).toString().replace(".class", "").replace(file.getFileSystem().getSeparator(), ".");
            if (name.matches(".*\\.Transposition[0-9]+") && !name.endsWith("Transposition" + FloatVector.SPECIES_PREFERRED.length())) {
                continue;                                                    // made for other machines, and never loaded on this one
            }
            for (Field field : Class.forName(name, false, getClass().getClassLoader()).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && VectorSpecies.class.isAssignableFrom(field.getType())) {
                    field.setAccessible(true);
                    VectorSpecies<?> species = (VectorSpecies<?>) field.get(null);
                    widths.computeIfAbsent(species.elementType().getName(), type -> new TreeSet<>()).add(species.vectorShape().toString());
                }
            }
        }
        assertTrue(widths.containsKey("float"), "no species were found");
        widths.forEach((type, shapes) -> assertEquals(1, shapes.size(), type + " has " + shapes));
    }
}
