package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.harness.HouseJars;
import org.llmsys.integration.harness.Recipe;
import org.llmsys.integration.inside.TryPlugin;
import org.osgi.framework.Bundle;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** "Write your own sampler in ten minutes", as CONTRIBUTING.md tells it. */
class PluginTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private final Recipe recipe = new Recipe(ROOT.resolve("CONTRIBUTING.md"));

    @TempDir
    Path folder;

    @Test
    @DisplayName("the sampler of CONTRIBUTING.md compiles, drops into a running workbench, passes the kit, writes, and goes without a trace")
    void worksAsWritten() throws Exception {
        Path jar = recipe.build(folder, ROOT.resolve("cnf/build.bnd"));
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            assertEquals(Map.of("there", false), workbench.inside(TryPlugin.class, "coin"));

            Bundle plugin = workbench.install(jar);
            assertEquals("org.example.coin", plugin.getSymbolicName());
            Map<String, Object> tried = workbench.inside(TryPlugin.class, "coin");
            assertEquals(List.of(), tried.get("failures"));
            assertTrue((int) tried.get("passed") > 0, tried.toString());
            List<?> ids = (List<?>) tried.get("ids");
            assertEquals(30, ids.size());
            assertTrue(ids.stream().distinct().count() > 1, "the coin never fell on its other side: " + ids);
            assertEquals(ids, workbench.inside(TryPlugin.class, "coin").get("ids"), "the same seed, the same coin");

            plugin.uninstall();
            assertEquals(Map.of("there", false), workbench.inside(TryPlugin.class, "coin"));
        }
    }

    @Test
    @DisplayName("its pom inherits from this house, at this version, and asks only for rooms that are here")
    void pomFits() throws Exception {
        Document ours = xml(java.nio.file.Files.readString(ROOT.resolve("pom.xml")));
        Document theirs = xml(recipe.file("pom.xml"));
        assertEquals(first(ours, "groupId"), first(theirs, "groupId"));
        assertEquals(first(ours, "artifactId"), first(theirs, "artifactId"));
        assertEquals(first(ours, "version"), first(theirs, "version"));
        List<String> artifacts = texts(theirs, "artifactId");
        List<String> needed = artifacts.stream().filter(name -> name.startsWith("org.llmsys.")).toList();
        assertTrue(!needed.isEmpty() && HouseJars.house().containsAll(needed), artifacts.toString());
        assertTrue(!texts(ours, "version").contains("${project.version}"), "that would be the plug-in's version, not the house's");
    }

    private static Document xml(String text) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String first(Document document, String element) {
        return texts(document, element).getFirst();
    }

    private static List<String> texts(Document document, String element) {
        NodeList nodes = document.getElementsByTagName(element);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
