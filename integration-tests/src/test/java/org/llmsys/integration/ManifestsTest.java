package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import aQute.bnd.header.OSGiHeader;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.integration.harness.HouseJars;

class ManifestsTest {

    /** The rooms that have a number, in its order: imports point to the left. */
    private static final List<String> ROOMS = List.of("assembly", "tensor", "matmul", "autograd", "layers", "embedding", "tokenizer", "position",
            "attention", "normalization", "feedforward", "transformer", "sampling", "inference", "bindings", "memory");
    private static final String HOUSE = "org.llmsys.";
    private static final Set<String> FOR_FILES = Set.of("assembly", "tensor");
    /** Everybody may read and write files; what serves or tests others may see them. */
    private static final Set<String> SEEN_BY_INFERENCE = Set.of("files");

    @Test
    @DisplayName("no bundle imports another's internal package, and none exports its own")
    void internalStaysInside() {
        List<String> offenders = new ArrayList<>();
        for (String bundle : HouseJars.house()) {
            packages(bundle, "Import-Package").stream().filter(name -> name.startsWith(HOUSE) && name.contains(".internal"))
                    .forEach(name -> offenders.add(bundle + " imports " + name));
            packages(bundle, "Export-Package").stream().filter(name -> name.contains(".internal"))
                    .forEach(name -> offenders.add(bundle + " exports " + name));
        }
        assertEquals(List.of(), offenders);
    }

    @Test
    @DisplayName("imports point from higher room numbers to lower ones; files sees rooms 00 and 01 only")
    void importsPointOneWay() {
        List<String> offenders = new ArrayList<>();
        for (String bundle : HouseJars.house()) {
            String room = room(bundle);
            for (String imported : roomsImportedBy(bundle)) {
                boolean allowed = switch (room) {
                    case "files" -> FOR_FILES.contains(imported);
                    case "inference", "tokenizer" -> SEEN_BY_INFERENCE.contains(imported) || isBelow(imported, room);
                    case "training" -> !Set.of("shell", "vector", "testkit", "examples", "python").contains(imported);
                    case "examples" -> !Set.of("shell", "vector", "testkit").contains(imported);
                    case "bindings", "memory" -> Set.of("files", "training").contains(imported) || isBelow(imported, room);
                    case "vector", "testkit" -> !Set.of("shell", "vector", "testkit", "examples").contains(imported);
                    case "shell" -> !imported.equals("vector") && !imported.equals("python");
                    case "python" -> !imported.equals("vector");
                    default -> isBelow(imported, room);
                };
                if (!allowed) {
                    offenders.add(room + " imports " + imported);
                }
            }
        }
        assertEquals(List.of(), offenders);
    }

    private static boolean isBelow(String imported, String room) {
        return ROOMS.contains(imported) && ROOMS.contains(room) && ROOMS.indexOf(imported) < ROOMS.indexOf(room);
    }

    @Test
    @DisplayName("no package is in two bundles")
    void noPackageIsSplit() {
        Map<String, String> owner = new LinkedHashMap<>();
        List<String> split = new ArrayList<>();
        for (String bundle : HouseJars.house()) {
            List<String> own = new ArrayList<>(packages(bundle, "Export-Package"));
            own.addAll(packages(bundle, "Private-Package"));
            own.stream().distinct().forEach(name -> {
                String other = owner.put(name, bundle);
                if (other != null) {
                    split.add(name + " is in " + other + " and " + bundle);
                }
            });
        }
        assertEquals(List.of(), split);
        assertTrue(owner.containsKey("org.llmsys.matmul.internal"), "nothing was looked at");
    }

    @Test
    @DisplayName("whoever exports a package imports it too, so that an updated bundle joins the wiring of the old one")
    void exportsAreImported() {
        List<String> offenders = new ArrayList<>();
        for (String bundle : HouseJars.house()) {
            List<String> imported = packages(bundle, "Import-Package");
            packages(bundle, "Export-Package").stream().filter(name -> !imported.contains(name)).forEach(offenders::add);
        }
        assertEquals(List.of(), offenders);
    }

    /** The other rooms a bundle imports packages of. */
    private static List<String> roomsImportedBy(String bundle) {
        return packages(bundle, "Import-Package").stream().filter(name -> name.startsWith(HOUSE)).map(ManifestsTest::room).distinct()
                .filter(imported -> !imported.equals(room(bundle))).toList();
    }

    /** {@code matmul} for org.llmsys.matmul and for org.llmsys.matmul.internal. */
    private static String room(String name) {
        return name.substring(HOUSE.length()).replaceAll("\\..*", "");
    }

    private static List<String> packages(String bundle, String header) {
        return List.copyOf(OSGiHeader.parseHeader(HouseJars.manifest(bundle).getValue(header)).keySet());
    }
}
